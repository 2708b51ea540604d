// What an engine is told besides the pipeline: options of its own, and what machines the steps need.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "beam/beam.h"
#include "beam/testing.h"
#include "beam/transforms/test_life.h"

namespace engine_options_test {

using namespace beam;                // NOLINT(google-build-using-namespace): the tests read as a user's program
using namespace beam::testing_life;  // NOLINT(google-build-using-namespace)
using testing::AllOf;
using testing::Gt;
using testing::HasSubstr;
using testing::Le;
using testing::ThrowsMessage;

// In how many bundles a hundred elements are worked on. The workers are threads of this process.
std::ptrdiff_t BundlesOnFlink(int parallelism) {
  std::vector<int> numbers(100);
  std::iota(numbers.begin(), numbers.end(), 0);
  journal.TakeEvents();
  PipelineOptions options = TestPipeline::DefaultOptions();
  options.engine_option = std::vector<std::string>{"parallelism=" + std::to_string(parallelism)};
  TestPipeline p(options);
  p | Create("Numbers", numbers) | ParDo("Life", LifeFn{"a"});
  p.Run();
  const std::vector<std::string> events = journal.TakeEvents();
  return std::count(events.begin(), events.end(), "a start");
}

// Flink cuts its input into one bundle for each of its tasks.
TEST(FlinkOptions, ParallelismIsThatOfTheOption) {
  EXPECT_EQ(BundlesOnFlink(1), 1);
  EXPECT_THAT(BundlesOnFlink(3), AllOf(Gt(1), Le(3)));
}

TEST(FlinkOptions, WhatItCannotReadIsRefused) {
  EXPECT_THAT(
      [] {
        PipelineOptions options = TestPipeline::DefaultOptions();
        options.engine_option = std::vector<std::string>{"parallelism=many"};
        TestPipeline p(options);
        p | Impulse();
        p.Run();
      },
      ThrowsMessage<Error>(HasSubstr(" refused to run the job: the server failed, and only its log says why")));
}

// Whether this thread is within FirstFn.
thread_local bool in_first = false;

struct FirstFn {
  void ProcessElement(int n, Output<int> out) const {
    in_first = true;
    out.Emit(n);
    in_first = false;
  }
};
struct SecondFn {
  void ProcessElement(int, Output<std::string> out) const { out.Emit(in_first ? "fused" : "apart"); }
};

TEST(EngineOptions, StepsThatNeedOtherMachinesAreNotFused) {
  TestPipeline p;
  const auto first = p | Create("One", {1}) | ParDo("First", FirstFn{});
  PAssert::That(first | ParDo("Anywhere", SecondFn{})).ContainsInAnyOrder({"fused"});
  const auto same = p | Create("Same", {1}) | ParDo("First Of Same", FirstFn{}).WithResourceHints({.cpu_count = 2});
  PAssert::That(same | ParDo("Second Of Same", SecondFn{}).WithResourceHints({.cpu_count = 2}))
      .ContainsInAnyOrder({"fused"});
  const auto other = p | Create("Other", {1}) | ParDo("First Of Other", FirstFn{});
  PAssert::That(other | ParDo("Second Of Other", SecondFn{}).WithResourceHints({.cpu_count = 2}))
      .ContainsInAnyOrder({"apart"});
}

}  // namespace engine_options_test
