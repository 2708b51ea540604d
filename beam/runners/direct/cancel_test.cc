// Ending a run before its end.
#include "beam/base/cancel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "beam/base/error.h"
#include "beam/model/metrics.h"
#include "beam/runners/direct/direct_runner.h"
#include "beam/transforms/create.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"

namespace cancel_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program
using std::chrono::milliseconds;

std::atomic<int> started{0};
std::atomic<int> torn_down{0};
std::atomic<int> set_up{0};
inline const Counter done("cancel_test", "done");

struct LiveFn {
  int sleep_millis;
  struct Live {
    Live() { ++set_up; }
    ~Live() { ++torn_down; }
  };
  std::unique_ptr<Live> Setup() const { return std::make_unique<Live>(); }
  void ProcessElement(std::unique_ptr<Live>&, int n, Output<int> out) const {
    ++started;
    std::this_thread::sleep_for(milliseconds(sleep_millis));
    out.Emit(n);
    done.Inc();
  }
};

std::unique_ptr<PipelineResult> Start(Pipeline& p, int sleep_millis) {
  started = set_up = torn_down = 0;
  p
      | Create("Numbers", std::vector<int>(100'000, 1))
      | ParDo("Slow", LiveFn{sleep_millis})
      | Map("Pair", [](int n) { return KV<int, int>{n, n}; })
      | GroupByKey()
      | ForEach("Never", [](const auto&) { FAIL(); });
  auto result = RunDirect(p, {.num_workers = 3});
  while (started < 20) std::this_thread::sleep_for(milliseconds(1));
  return result;
}

TEST(CancelTest, StopsBetweenElements) {
  Pipeline p;
  const auto result = Start(p, 2);
  EXPECT_EQ(result->state(), PipelineState::kRunning);
  EXPECT_EQ(result->WaitUntilFinish(milliseconds(1)), PipelineState::kRunning);
  result->Cancel();
  EXPECT_EQ(result->WaitUntilFinish(), PipelineState::kCancelled);
  EXPECT_EQ(result->error(), "");
  EXPECT_LT(started, 100'000);
  EXPECT_EQ(set_up, torn_down);
  // What was done by then is told: at most all that was begun.
  EXPECT_LE(result->metrics().CounterValue("cancel_test", "done"), started);
}

TEST(CancelTest, TheDestructorCancels) {
  {
    Pipeline p;
    Start(p, 2);
  }
  EXPECT_LT(started, 100'000);
  EXPECT_EQ(set_up, torn_down);
}

TEST(CancelTest, ASignalCancels) {
  Pipeline p;
  const auto result = Start(p, 2);
  RequestCancel();
  EXPECT_EQ(result->WaitUntilFinish(), PipelineState::kCancelled);
  ResetCancel();
  EXPECT_LT(started, 100'000);
}

TEST(CancelTest, AStepThatSaysCancelled) {
  Pipeline p;
  p | Create("Numbers", {1, 2, 3}) | ForEach("Cancel", [](int) { throw Cancelled(); });
  EXPECT_EQ(RunDirect(p)->WaitUntilFinish(), PipelineState::kCancelled);
}

TEST(CancelTest, AfterTheEndNothingChanges) {
  Pipeline p;
  p | Create("Numbers", {1, 2, 3});
  const auto result = RunDirect(p);
  EXPECT_EQ(result->WaitUntilFinish(), PipelineState::kDone);
  result->Cancel();
  EXPECT_EQ(result->state(), PipelineState::kDone);
  Pipeline empty;
  EXPECT_EQ(RunDirect(empty)->WaitUntilFinish(), PipelineState::kDone);
}

TEST(CancelTest, AFailureStopsTheOthers) {
  started = set_up = torn_down = 0;
  Pipeline p;
  p | Create("Numbers", std::vector<int>(100'000, 1)) | ParDo("Slow", LiveFn{1});
  p | Create("Bad", {1}) | ForEach("Fail", [](int) { throw Error("bad"); });
  const auto result = RunDirect(p, {.num_workers = 2, .max_attempts = 1});
  EXPECT_EQ(result->WaitUntilFinish(), PipelineState::kFailed);
  EXPECT_EQ(result->error(), "step 'Fail' failed on '1': bad (after 1 attempt)");
  EXPECT_LT(started, 100'000);
  EXPECT_EQ(set_up, torn_down);
}

}  // namespace cancel_test
