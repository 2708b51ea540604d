// The instances of a DoFn on this runner: one for each worker, which lives for all bundles that the worker takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"
#include "beam/transforms/test_life.h"

namespace lifecycle_test {

using namespace beam;                // NOLINT(google-build-using-namespace): the tests read as a user's program
using namespace beam::testing_life;  // NOLINT(google-build-using-namespace)
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;
using testing::ThrowsMessage;

PipelineOptions Workers(int workers) {
  PipelineOptions options = TestPipeline::DefaultOptions();
  options.direct_num_workers = workers;
  return options;
}

// Makes a bundle of each element, as none is asked for while one is worked on.
struct SlowFn {
  void ProcessElement(int n, Output<int> out) const {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    out.Emit(n);
  }
};

std::vector<std::string> LivesOfTenElements(int workers) {
  journal.TakeLives();
  {
    TestPipeline p(Workers(workers));
    p | Create("Numbers", std::vector<int>(10, 1)) | ParDo("Slow", SlowFn{}) | ParDo("Life", LifeFn{"a"});
    p.Run();
  }
  return journal.TakeLives();
}

TEST(LifecycleTest, AnInstanceLivesForManyBundles) {
  const std::vector<std::string> lives = LivesOfTenElements(1);
  EXPECT_THAT(lives, AllOf(SizeIs(1), Each(MatchesRegex("s(s1*f)(s1*f)+t"))));
}

TEST(LifecycleTest, EachWorkerHasAnInstance) {
  EXPECT_THAT(LivesOfTenElements(3), AllOf(SizeIs(3), Each(MatchesRegex("s(s1*f)*t"))));
}

TEST(LifecycleTest, EachAttemptHasAnInstance) {
  journal.TakeEvents();
  EXPECT_THAT(
      [] {
        PipelineOptions options = Workers(1);
        options.direct_max_attempts = 3;
        TestPipeline p(options);
        p | Create("One", {7}) | ParDo("Life", LifeFn{"a"}) | ForEach("Fail", [](int) { throw Error("no"); });
        p.Run();
      },
      ThrowsMessage<Error>(HasSubstr("step 'Fail' failed on '7': no (after 3 attempts)")));
  std::vector<std::string> expected;
  for (int attempt = 0; attempt < 3; ++attempt) {
    for (const char* event : {"a setup", "a start", "a 7", "a teardown"}) expected.emplace_back(event);
  }
  EXPECT_EQ(journal.TakeEvents(), expected);
}

}  // namespace lifecycle_test
