// Metrics that one thread updates while others look.
#include "beam/model/metrics.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace metrics_test {

using namespace beam;  // NOLINT(google-build-using-namespace)

TEST(LiveMetrics, AreReadAsOfOneMoment) {
  LiveMetrics metrics;
  std::atomic<bool> is_over{false};
  std::atomic<int> reads{0};
  std::thread other([&] {
    while (!is_over) {
      const MetricCells read = metrics.Read();
      for (const MetricCell& cell : read.cells()) {
        if (cell.count == 0) continue;
        // Each value is 3, and the count grows with the sum.
        EXPECT_EQ(cell.sum, 3 * cell.count);
        EXPECT_EQ(cell.min, 3);
        EXPECT_EQ(cell.max, 3);
      }
      ++reads;
    }
  });
  // Cells are added meanwhile.
  std::int64_t updates = 0;
  while (updates < 10'000 || reads < 100) metrics[static_cast<std::size_t>(updates++ % 40)].Update(3);
  is_over = true;
  other.join();
  std::int64_t count = 0;
  const MetricCells read = metrics.Read();
  for (const MetricCell& cell : read.cells()) count += cell.count;
  EXPECT_EQ(count, updates);
  metrics.Clear();
  const MetricCells cleared = metrics.Read();
  for (const MetricCell& cell : cleared.cells()) EXPECT_EQ(cell.count, 0);
}

TEST(LiveMetrics, AreNoMoreThanWereUsed) {
  LiveMetrics metrics;
  EXPECT_TRUE(metrics.Read().cells().empty());
  struct Case {
    std::size_t id;
    std::size_t cells;
  };
  for (const Case& c : {Case{2, 3}, Case{3, 4}, Case{1, 4}, Case{6, 7}}) {
    metrics[c.id].Add(1);
    const MetricCells read = metrics.Read();
    EXPECT_EQ(read.cells().size(), c.cells);
    EXPECT_EQ(read.cells().at(c.id).sum, 1);
  }
}

TEST(SharedCounter, GoesAlongWithTheNextBundle) {
  const SharedCounter counter("test", "requests");
  const auto waiting = [] {
    std::int64_t sum = 0;
    for (const MetricResult& result : CountsOfNoStep()) {
      EXPECT_EQ(result.step, "");
      EXPECT_EQ(result.metric.name_space + "/" + result.metric.name, "test/requests");
      sum += result.value.sum;
    }
    return sum;
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      const SharedCounter same("test", "requests");
      for (int n = 0; n < 10'000; ++n) same.Inc();
    });
  }
  // Bundles of two threads take from it meanwhile.
  std::array<LiveMetrics, 2> steps;
  std::thread other([&] {
    for (int i = 0; i < 1'000; ++i) internal::TakeSharedCounts(steps[1]);
  });
  for (int i = 0; i < 1'000; ++i) internal::TakeSharedCounts(steps[0]);
  other.join();
  for (std::thread& thread : threads) thread.join();
  const auto taken = [&] {
    std::int64_t sum = 0;
    for (const LiveMetrics& step : steps) {
      const MetricCells read = step.Read();
      for (const MetricCell& cell : read.cells()) sum += cell.sum;
    }
    return sum;
  };
  EXPECT_EQ(taken() + waiting(), 40'000);
  counter.Inc(2);
  internal::TakeSharedCounts(steps[0]);
  EXPECT_EQ(taken(), 40'002);
  EXPECT_EQ(waiting(), 0);
}

}  // namespace metrics_test
