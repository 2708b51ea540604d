#include "beam/testing/passert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/with_timestamps.h"

namespace passert_test {

using beam::Create;
using beam::Error;
using beam::KV;
using beam::Map;
using beam::PAssert;
using beam::PCollection;
using beam::TestPipeline;
using beam::Timestamp;
using beam::Window;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

struct Song {
  std::string path;
  double seconds = 0;
};

PCollection<int> Numbers(TestPipeline& p, const std::vector<int>& numbers) { return p | Create("Numbers", numbers); }

// Builds a pipeline with one check and runs it.
using Build = std::function<void(TestPipeline&)>;
void RunPipeline(const Build& build) {
  TestPipeline p;
  build(p);
  p.Run();
}

TEST(PAssertTest, ChecksThatHold) {
  TestPipeline p;
  const auto numbers = Numbers(p, {3, 1, 2, 1});
  PAssert::That(numbers).ContainsInAnyOrder({1, 1, 2, 3});
  PAssert::That(numbers).ContainsInAnyOrder(std::vector<int>{3, 2, 1, 1});
  PAssert::That(numbers, "All Small").Satisfies("Below Ten", [](const std::vector<int>& all) {
    return std::all_of(all.begin(), all.end(), [](int n) { return n < 10; });
  });
  PAssert::That(numbers).Satisfies("No Complaint", [](const std::vector<int>&) { return std::string(); });
  PAssert::That(numbers).Satisfies("Nothing Thrown", [](const std::vector<int>&) {});
  PAssert::That(Create<std::string>("Nothing", {}).transform.Expand(p)).IsEmpty();
  PAssert::ThatSingleton(p | Create("One", {7})).IsEqualTo(7).Satisfies("Odd", [](int n) { return n % 2 == 1; });
  PAssert::That(p | Create("Words", {"a", "b"})).ContainsInAnyOrder({"b", "a"});
  const auto& result = p.Run();
  EXPECT_EQ(result.metrics().CounterValue("beam.testing", "checks_passed"), 9);
}

struct FailureCase {
  const char* name;
  Build build;
  std::vector<std::string> texts;  // all of them must be in the error
};

TEST(PAssertTest, ChecksThatDoNotHold) {
  const FailureCase cases[] = {
      {"missing and unexpected",
       [](TestPipeline& p) { PAssert::That(Numbers(p, {1, 2, 2})).ContainsInAnyOrder({1, 2, 5}); },
       {"PAssert of 'Numbers", "missing 1: 5", "unexpected 1: 2", "expected 3: 1, 2, 5", "found 3: "}},
      {"one too few",
       [](TestPipeline& p) { PAssert::That(Numbers(p, {1})).ContainsInAnyOrder({1, 1}); },
       {"missing 1: 1", "unexpected 0\n"}},
      {"not empty", [](TestPipeline& p) { PAssert::That(Numbers(p, {4})).IsEmpty(); }, {"unexpected 1: 4"}},
      {"empty", [](TestPipeline& p) { PAssert::That(Numbers(p, {})).ContainsInAnyOrder({8}); }, {"missing 1: 8"}},
      {"other singleton",
       [](TestPipeline& p) { PAssert::ThatSingleton(Numbers(p, {4})).IsEqualTo(5); },
       {"missing 1: 5", "unexpected 1: 4"}},
      {"no singleton",
       [](TestPipeline& p) { PAssert::ThatSingleton(Numbers(p, {4, 4})).Satisfies("Any", [](int) { return true; }); },
       {"exactly one element", "found 2: 4, 4"}},
      {"condition",
       [](TestPipeline& p) {
         PAssert::That(Numbers(p, {4})).Satisfies("Odd", [](const std::vector<int>& all) { return all[0] % 2 == 1; });
       },
       {"step 'PAssert Odd/", "condition is not satisfied", "found 1: 4"}},
      {"complaint",
       [](TestPipeline& p) {
         PAssert::That(Numbers(p, {4}), "Parity").Satisfies("Odd", [](const std::vector<int>&) {
           return std::string("it is even");
         });
       },
       {"step 'Parity: Odd/", "it is even"}},
      {"exception",
       [](TestPipeline& p) {
         PAssert::That(Numbers(p, {4})).Satisfies("Throws", [](const std::vector<int>&) { throw Error("no good"); });
       },
       {"no good"}},
      {"structs",
       [](TestPipeline& p) {
         PAssert::That(p | Create<Song>("Songs", {{"a.mp3", 1.5}})).ContainsInAnyOrder({Song{"a.mp3", 2.5}});
       },
       {"missing 1: {path: \"a.mp3\", seconds: 2.5}", "unexpected 1: {path: \"a.mp3\", seconds: 1.5}"}},
      {"very many",
       [](TestPipeline& p) { PAssert::That(Numbers(p, std::vector<int>(1000, 6))).IsEmpty(); },
       {"unexpected 1000: 6, 6", ", ..."}},
  };
  for (const FailureCase& c : cases) {
    SCOPED_TRACE(c.name);
    for (const std::string& text : c.texts) {
      EXPECT_THAT([&] { RunPipeline(c.build); }, ThrowsMessage<Error>(HasSubstr(text)));
    }
  }
}

TEST(PAssertTest, LooksAtOneWindowOrAtAll) {
  TestPipeline p;
  const auto windowed = Numbers(p, {1, 2, 11})
      | beam::WithTimestamps("Times", [](int n) { return Timestamp{n}; })
      | beam::WindowInto("Windows", beam::FixedWindows(10));
  PAssert::That(windowed).ContainsInAnyOrder({1, 2, 11});
  PAssert::That(windowed).InWindow(Window({0}, {10})).ContainsInAnyOrder({1, 2});
  PAssert::That(windowed).InWindow(Window({20}, {30})).IsEmpty();
  PAssert::ThatSingleton(windowed).InWindow(Window({10}, {20})).IsEqualTo(11);
}

TEST(TestPipelineTest, RunsWhenItIsDestroyed) {
  EXPECT_THAT(
      [] {
        TestPipeline p;
        PAssert::That(Numbers(p, {1})).IsEmpty();
      },
      ThrowsMessage<Error>(HasSubstr("unexpected 1: 1")));
}

TEST(TestPipelineTest, LeavesAnExceptionInFlightAlone) {
  EXPECT_THAT(
      [] {
        TestPipeline p;
        PAssert::That(Numbers(p, {1})).IsEmpty();
        throw std::logic_error("of the test itself");
      },
      ThrowsMessage<std::logic_error>(HasSubstr("of the test itself")));
}

TEST(TestPipelineTest, ACheckThatNeverRanIsAFailure) {
  EXPECT_THAT(
      [] {
        TestPipeline p;
        const auto numbers = Numbers(p, {1});
        p.Run();
        PAssert::That(numbers).IsEmpty();
      },
      ThrowsMessage<Error>(HasSubstr("after the TestPipeline had run")));

  // What a runner that loses a step would give.
  class NothingRan final : public beam::PipelineResult {
    beam::PipelineState state() const override { return beam::PipelineState::kDone; }
    beam::PipelineState WaitUntilFinish(std::chrono::milliseconds) override { return state(); }
    void Cancel() override {}
    std::string error() const override { return ""; }
    beam::MetricResults metrics() const override { return {}; }
  };
  beam::Pipeline p;
  PAssert::That(p | Create("Numbers", {1}), "One").IsEmpty();
  EXPECT_THAT([&] { PAssert::RequireAllRan(p, NothingRan()); },
              ThrowsMessage<Error>(HasSubstr("'One/Check PAssert' never ran")));
}

TEST(TestPipelineTest, RunsOnce) {
  TestPipeline p;
  Numbers(p, {1});
  p.Run();
  EXPECT_THAT([&] { p.Run(); }, ThrowsMessage<Error>(HasSubstr("has run already")));
}

TEST(TestPipelineTest, AFailedStepFailsTheTest) {
  const Build build = [](TestPipeline& p) {
    Numbers(p, {41}) | Map("Half", [](int n) -> int { return n % 2 == 0 ? n / 2 : throw Error("odd"); });
  };
  EXPECT_THAT([&] { RunPipeline(build); }, ThrowsMessage<Error>(HasSubstr("step 'Half' failed on '41': odd")));
}

TEST(TestPipelineTest, TheEnvironmentChoosesTheRunner) {
  setenv("BEAM_TEST_PIPELINE_OPTIONS", "--runner=Flink --direct_num_workers=3", 1);
  const beam::PipelineOptions options = TestPipeline::DefaultOptions();
  EXPECT_EQ(options.direct_num_workers, 3);
  EXPECT_THAT([] { RunPipeline([](TestPipeline& p) { Numbers(p, {1}); }); },
              ThrowsMessage<Error>(HasSubstr("--runner Flink")));
  setenv("BEAM_TEST_PIPELINE_OPTIONS", "--no_such_flag", 1);
  EXPECT_THROW(TestPipeline::DefaultOptions(), beam::UsageError);
  unsetenv("BEAM_TEST_PIPELINE_OPTIONS");
}

TEST(DescribeTest, ShowsValues) {
  using beam::Describe;
  EXPECT_EQ(Describe(-5), "-5");
  EXPECT_EQ(Describe(true), "true");
  EXPECT_EQ(Describe(0.1), "0.1");
  EXPECT_EQ(Describe(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(Describe(std::string("a\"\n\x01")), R"("a\"\n\x01")");
  EXPECT_EQ(Describe(beam::Bytes{std::byte{10}, std::byte{255}}), "bytes 0a ff");
  EXPECT_EQ(Describe(std::optional<int>()), "nothing");
  EXPECT_EQ(Describe(std::optional<int>(3)), "3");
  EXPECT_EQ(Describe(KV<std::string, int>{"a", 1}), R"(KV("a", 1))");
  EXPECT_EQ(Describe(std::tuple(1, std::string("b"))), R"((1, "b"))");
  EXPECT_EQ(Describe(std::vector<std::vector<bool>>{{true}, {}}), "[[true], []]");
  EXPECT_EQ(Describe(beam::Iterable<int>(std::vector<int>{1, 2})), "[1, 2]");
  EXPECT_EQ(Describe(Song{"a.mp3", 2}), R"({path: "a.mp3", seconds: 2})");
  EXPECT_EQ(Describe(beam::Void()), "{}");
}

}  // namespace passert_test
