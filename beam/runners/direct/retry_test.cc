// Bundles that fail: what is tried again, what counts, and what is said when it fails for good.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "beam/base/log.h"
#include "beam/runners/direct/direct_runner.h"
#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/count.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/sum.h"

namespace retry_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

PipelineOptions Attempts(int attempts, int workers = 2) {
  PipelineOptions options = TestPipeline::DefaultOptions();
  options.direct_max_attempts = attempts;
  options.direct_num_workers = workers;
  return options;
}

// How often each thing was tried, over all threads; things are numbers.
class Tries {
 public:
  // The number of this try, from 1.
  int Next(int thing) {
    const std::lock_guard lock(mutex_);
    return ++tries_[thing];
  }
  int Of(int thing) {
    const std::lock_guard lock(mutex_);
    return tries_[thing];
  }
  void Clear() {
    const std::lock_guard lock(mutex_);
    tries_.clear();
  }

 private:
  std::mutex mutex_;
  std::map<int, int> tries_;
};
Tries tries;

inline const Counter processed("retry_test", "processed");
inline const Distribution values("retry_test", "values");
inline const Gauge latest("retry_test", "latest");

// Fails at every `every`-th number, the first `failures` times that it sees it; after it has emitted and counted.
struct FlakyFn {
  int every = 1;
  int failures = 1;
  void ProcessElement(int n, Output<int> out, Output<int, "twice"> twice) const {
    processed.Inc();
    values.Update(n);
    latest.Set(n);
    out.Emit(n);
    twice.Emit(2 * n);
    if (n % every == 0 && tries.Next(n) <= failures) throw Error("flaky");
  }
};

std::vector<int> UpTo(int n) {
  std::vector<int> numbers;
  for (int i = 1; i <= n; ++i) numbers.push_back(i);
  return numbers;
}

TEST(RetryTest, OutputsAndMetricsCountOnce) {
  for (const int workers : {1, 2, 5}) {
    tries.Clear();
    TestPipeline p(Attempts(4, workers));
    const auto [out, twice] = p | Create("Numbers", UpTo(300)) | ParDo("Flaky", FlakyFn{.every = 7, .failures = 2});
    PAssert::That(out).ContainsInAnyOrder(UpTo(300));              // through a side input
    PAssert::ThatSingleton(twice | Sum("Sum")).IsEqualTo(90'300);  // through a combine
    PAssert::ThatSingleton(
        out
        | Map("Pair", [](int n) { return KV<int, int>{n % 10, n}; })
        | GroupByKey()
        | Map("Size", [](const KV<int, Iterable<int>>& group) { return static_cast<int>(group.value.size()); })
        | Sum("Sizes"))
        .IsEqualTo(300);
    PAssert::ThatSingleton(out | Reshuffle() | Count("Count")).IsEqualTo(300);
    const MetricResults metrics = p.Run().metrics();
    EXPECT_EQ(metrics.CounterValue("retry_test", "processed"), 300);
    const MetricCell cell = metrics.DistributionValue("retry_test", "values");
    EXPECT_EQ(cell.count, 300);
    EXPECT_EQ(cell.sum, 45'150);
    EXPECT_EQ(cell.min, 1);
    EXPECT_EQ(cell.max, 300);
    EXPECT_GT(metrics.GaugeValue("retry_test", "latest"), 0);
    for (int n = 7; n <= 300; n += 7) EXPECT_GE(tries.Of(n), 3);
  }
}

TEST(RetryTest, FailsForGoodWithStepElementAndAttempts) {
  for (const int attempts : {1, 2, 4}) {
    tries.Clear();
    EXPECT_THAT(
        [&] {
          TestPipeline p(Attempts(attempts));
          p | Create("Numbers", UpTo(100)) | ParDo("Flaky", FlakyFn{.every = 50, .failures = 1000});
          p.Run();
        },
        ThrowsMessage<Error>(
            AllOf(HasSubstr("step 'Flaky' failed on '"), HasSubstr("0': flaky (after "),
                  HasSubstr(std::to_string(attempts) + (attempts == 1 ? " attempt)" : " attempts)")))));
    EXPECT_EQ(std::max(tries.Of(50), tries.Of(100)), attempts);
  }
}

TEST(RetryTest, WhatFailsAgainForTheSameReasonIsToldOnce) {
  tries.Clear();
  std::vector<std::string> lines;
  const LogSink former = SetLogSink([&](const LogEntry& entry) {
    if (entry.severity == Severity::kWarning) lines.emplace_back(entry.message);
  });
  TestPipeline p(Attempts(4));
  p | Create("Numbers", {50}) | ParDo("Flaky", FlakyFn{.every = 50, .failures = 1000});
  EXPECT_THROW(p.Run(), Error);
  SetLogSink(former);
  EXPECT_THAT(lines, testing::ElementsAre("a bundle of 1 element is tried again: step 'Flaky' failed on '50': flaky"));
}

// A failure after the elements of a bundle, in its FinishBundle.
struct FlakyFinishFn {
  struct State {
    std::vector<int> held;
  };
  State Setup() const { return {}; }
  void StartBundle(State& state) const { state.held.clear(); }
  void ProcessElement(State& state, int n, Output<int>) const { state.held.push_back(n); }
  void FinishBundle(State& state, Output<int> out) const {
    for (const int n : state.held) out.Emit(n);
    bool fails = false;
    for (const int n : state.held) fails |= n % 10 == 0 && tries.Next(n) == 1;
    if (fails) throw Error("flaky finish");
  }
};

TEST(RetryTest, AFailedFinishBundle) {
  tries.Clear();
  TestPipeline p(Attempts(3));
  PAssert::That(p | Create("Numbers", UpTo(200)) | ParDo("Flaky", FlakyFinishFn{})).ContainsInAnyOrder(UpTo(200));
  p.Run();
}

TEST(RetryTest, AFailedSetupAndStartBundle) {
  struct FlakySetupFn {
    int Setup() const { return tries.Next(-1) == 1 ? throw Error("flaky setup") : 1; }
    void StartBundle(int&) const {
      if (tries.Next(-2) == 2) throw Error("flaky start");
    }
    void ProcessElement(int&, int n, Output<int> out) const { out.Emit(n); }
  };
  tries.Clear();
  TestPipeline p(Attempts(3));
  PAssert::That(p | Create("Numbers", UpTo(100)) | ParDo("Flaky", FlakySetupFn{})).ContainsInAnyOrder(UpTo(100));
  p.Run();
  EXPECT_GE(tries.Of(-1), 2);
}

TEST(RetryTest, AGroupThatFailsIsReadAgain) {
  struct FlakyGroupFn {
    void ProcessElement(const KV<int, Iterable<int>>& group, Output<KV<int, int>> out) const {
      const bool fails = tries.Next(group.key) == 1;
      int sum = 0;
      for (const int n : group.value) {
        sum += n;
        if (fails && sum > 100) throw Error("flaky in the middle of a group");
      }
      out.Emit({group.key, sum});
    }
  };
  for (const std::uint64_t memory : {std::uint64_t{1} << 30, std::uint64_t{1}}) {
    tries.Clear();
    PipelineOptions options = Attempts(3);
    options.direct_shuffle_memory = ByteSize{memory};
    TestPipeline p(options);
    const auto sums = p
        | Create("Numbers", UpTo(1000))
        | Map("Pair", [](int n) { return KV<int, int>{n % 4, n}; })
        | GroupByKey()
        | ParDo("Sum", FlakyGroupFn{});
    PAssert::That(sums).ContainsInAnyOrder({{0, 125'500}, {1, 124'750}, {2, 125'000}, {3, 125'250}});
    p.Run();
    EXPECT_EQ(tries.Of(0), 2);
  }
}

// One element that always fails must not use up the attempts of its neighbours, nor they those of it.
TEST(RetryTest, ManyFlakyElementsTogether) {
  tries.Clear();
  TestPipeline p(Attempts(4));
  const auto [out, twice] = p | Create("Numbers", UpTo(2000)) | ParDo("Flaky", FlakyFn{.every = 1, .failures = 1});
  PAssert::That(out).ContainsInAnyOrder(UpTo(2000));
  p.Run();
}

TEST(RetryTest, ALaterStepOfTheStageFails) {
  tries.Clear();
  TestPipeline p(Attempts(3));
  const auto numbers = p | Create("Numbers", UpTo(50)) | Map("Same", [](int n) { return n; });
  const auto [late, twice] = numbers | Map("Same Again", [](int n) { return n; }) | ParDo("Flaky", FlakyFn{.every = 9});
  PAssert::That(Flatten("Both", numbers, late)).Satisfies("Each Twice", [](const std::vector<int>& all) {
    return all.size() == 100 && std::multiset<int>(all.begin(), all.end()).count(9) == 2;
  });
  p.Run();
}

}  // namespace retry_test
