// The embedded runner through the Fn API: what crosses, what comes back, and what becomes of bundles that fail or are
// to stop. That pipelines give the same results is tested by the tests of beam/transforms, which run in this mode, too.
#include "beam/runners/fn_api/fn_api_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/count.h"
#include "beam/transforms/create.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"
#include "beam/transforms/par_do.h"
#include "beam/transforms/reshuffle.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/views.h"
#include "beam/transforms/with_keys.h"

namespace fn_api_runner_test {

using namespace beam;  // NOLINT(google-build-using-namespace)
using testing::HasSubstr;

PipelineOptions FnApi(int max_attempts = 1) {
  PipelineOptions options;
  options.direct_running_mode = DirectRunningMode::kFnApi;
  options.direct_num_workers = 2;
  options.direct_max_attempts = max_attempts;
  return options;
}

PCollection<std::int64_t> Numbers(Pipeline& p, std::int64_t count) {
  return p | Create("Counts", {count}) | FlatMap("Numbers", [](std::int64_t n) {
           std::vector<std::int64_t> numbers;
           for (std::int64_t i = 0; i < n; ++i) numbers.push_back(i);
           return numbers;
         });
}

struct InstanceFn {
  struct State {
    explicit State(std::atomic<int>& count) : alive(count) { ++alive; }
    State(State&& other) noexcept : alive(other.alive) { ++alive; }
    ~State() { --alive; }
    std::atomic<int>& alive;
  };
  static inline std::atomic<int> alive{0};
  static inline std::atomic<int> most{0};

  State Setup() const { return State(alive); }
  void ProcessElement(State&, std::int64_t) const { most = std::max<int>(most, alive); }
};

TEST(FnApiRunner, InstancesAreGoneWhenTheRunIs) {
  Pipeline p;
  Numbers(p, 100) | ParDo("Instance", InstanceFn{});
  const auto result = RunThroughFnApi(p, {.num_workers = 2});
  EXPECT_EQ(result->WaitUntilFinish(), PipelineState::kDone) << result->error();
  EXPECT_GE(InstanceFn::most, 1);
  EXPECT_EQ(InstanceFn::alive, 0);
}

TEST(FnApiRunner, CarriesMoreThanOneMessage) {
  TestPipeline p(FnApi());
  // Elements, groups and side inputs of many megabytes each.
  const auto texts = Numbers(p, 100)
      | Map("Text", [](std::int64_t n) { return std::string(100'000, static_cast<char>('a' + n % 26)); });
  const auto sizes = texts | Reshuffle("Shuffle") | Map("Size", [](const std::string& text) { return text.size(); });
  PAssert::That(sizes | Sum("Sum")).ContainsInAnyOrder({10'000'000});
  const auto grouped = texts
      | WithKeys("Key", [](const std::string&) { return 0; })
      | GroupByKey("Group")
      | Map("Add Up", [](const KV<int, Iterable<std::string>>& group) {
                         std::size_t size = 0;
                         for (const std::string& text : group.value) size += text.size();
                         return size;
                       });
  PAssert::That(grouped).ContainsInAnyOrder({10'000'000});
  struct WithTexts {
    void ProcessElement(int, const SideIterable<std::string>& all, Output<std::size_t> out) const {
      std::size_t size = 0;
      for (const std::string& text : all) size += text.size();
      out.Emit(size);
    }
  };
  const auto seen = p | Create("One", {1}) | ParDo("With Texts", WithTexts{}, AsIterable(texts));
  PAssert::That(seen).ContainsInAnyOrder({10'000'000});
}

inline const Counter tries("fn_api_runner_test", "tries");

struct FailsAtFirstFn {
  static inline std::atomic<int> failures{0};
  void ProcessElement(std::int64_t n, Output<std::int64_t> out) const {
    tries.Inc();
    out.Emit(n);
    if (n == 50 && failures.fetch_add(1) < 2) throw Error("not yet");
  }
};

TEST(FnApiRunner, ABundleThatFailsCountsOnceWhenItEnds) {
  FailsAtFirstFn::failures = 0;
  TestPipeline p(FnApi(4));
  const auto all = Numbers(p, 100) | Reshuffle("Shuffle") | ParDo("Fails At First", FailsAtFirstFn{});
  PAssert::That(all | Count("Count")).ContainsInAnyOrder({100});
  PAssert::That(all | Sum("Sum")).ContainsInAnyOrder({4950});
  EXPECT_EQ(p.Run().metrics().CounterValue("fn_api_runner_test", "tries"), 100);
}

TEST(FnApiRunner, AFailureNamesStepAndElement) {
  TestPipeline p(FnApi(2));
  Numbers(p, 5) | ForEach("Divide", [](std::int64_t n) {
    if (n == 3) throw Error("it will not be divided");
  });
  try {
    p.Run();
    FAIL() << "the pipeline must fail";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Divide"));
    EXPECT_THAT(error.what(), HasSubstr("3"));
    EXPECT_THAT(error.what(), HasSubstr("it will not be divided (after 2 attempts)"));
  }
}

struct SlowFn {
  static inline std::atomic<int> begun{0};
  void ProcessElement(std::int64_t) const {
    ++begun;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
};

TEST(FnApiRunner, StopsBetweenElements) {
  SlowFn::begun = 0;
  Pipeline p;
  Numbers(p, 100'000) | Reshuffle("Shuffle") | ParDo("Slow", SlowFn{});
  const auto result = RunThroughFnApi(p, {.num_workers = 2});
  while (SlowFn::begun == 0) std::this_thread::yield();
  result->Cancel();
  EXPECT_EQ(result->WaitUntilFinish(), PipelineState::kCancelled);
  EXPECT_LT(SlowFn::begun, 100'000);
}

}  // namespace fn_api_runner_test
