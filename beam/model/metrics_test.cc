// Metrics that one thread updates while others look.
#include "beam/model/metrics.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

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

}  // namespace metrics_test
