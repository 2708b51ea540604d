// Counters, distributions and gauges that DoFns update and PipelineResult reports.
//
//   inline const beam::Counter files_loaded("klay", "files_loaded");
//   ...
//   files_loaded.Inc();                       // inside ProcessElement
//
// A metric is a name; its values are kept per step. Update them from the thread that runs the DoFn. Updates made
// outside a step (in `main`, in a thread of the user's own) are dropped. Values of a bundle that is retried count once.
// A SharedCounter is for what is not so: what threads do that work for several steps.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "beam/base/log.h"
#include "beam/base/tally.h"

namespace beam {

enum class MetricKind { kCounter, kDistribution, kGauge };

struct MetricName {
  MetricKind kind = MetricKind::kCounter;
  std::string name_space;
  std::string name;
};

// What one metric of one step amounts to. A counter uses `sum`; a gauge `latest` and `updated_at`.
struct MetricCell {
  std::int64_t sum = 0;
  std::int64_t count = 0;
  std::int64_t min = std::numeric_limits<std::int64_t>::max();
  std::int64_t max = std::numeric_limits<std::int64_t>::min();
  std::int64_t latest = 0;
  std::int64_t updated_at = 0;  // microseconds since the epoch; 0 is never

  void Merge(const MetricCell& other);
  double Mean() const { return count == 0 ? 0.0 : static_cast<double>(sum) / static_cast<double>(count); }
};

// The cells of one step, by metric id. Not thread-safe.
class MetricCells {
 public:
  MetricCell& operator[](std::size_t id) {
    if (id >= cells_.size()) cells_.resize(id + 1);
    return cells_[id];
  }
  const std::vector<MetricCell>& cells() const { return cells_; }
  void Merge(const MetricCells& other);

 private:
  std::vector<MetricCell> cells_;
};

// A cell that one thread updates and any other may read meanwhile.
class LiveMetricCell {
 public:
  // By the thread that updates.
  void Add(std::int64_t n) { sum_.store(sum_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  void Update(std::int64_t value);
  void Set(std::int64_t value, std::int64_t now);
  void Store(const MetricCell& cell);

  // By any thread. What belongs together (the count and the sum of a distribution) is of one moment.
  MetricCell Read() const;

 private:
  class Change;

  std::atomic<std::uint32_t> version_{0};  // odd while a change is made
  std::atomic<std::int64_t> sum_{0};
  std::atomic<std::int64_t> count_{0};
  std::atomic<std::int64_t> min_{MetricCell().min};
  std::atomic<std::int64_t> max_{MetricCell().max};
  std::atomic<std::int64_t> latest_{0};
  std::atomic<std::int64_t> updated_at_{0};
};

// The cells of one step and one thread, by metric id, while they are updated.
class LiveMetrics {
 public:
  // By the thread that updates.
  LiveMetricCell& operator[](std::size_t id) {
    if (id >= size_) Grow(id + 1);
    return cells_[id];
  }
  void Clear();

  // By any thread.
  MetricCells Read() const;

 private:
  struct Block {
    explicit Block(std::size_t size) : cells(size) {}
    std::vector<LiveMetricCell> cells;
  };

  void Grow(std::size_t size);

  LiveMetricCell* cells_ = nullptr;  // of the last block
  std::size_t size_ = 0;
  std::atomic<const Block*> current_{nullptr};  // the same, for those who read
  std::vector<std::unique_ptr<Block>> blocks_;  // the former ones are kept, as somebody may be reading them
};

enum class StepPhase : std::uint8_t { kStartBundle, kProcess, kFinishBundle };
inline constexpr std::size_t kStepPhases = 3;

// The step that the current thread is working for: what log lines and metrics are attributed to.
struct StepContext : LogStep {
  LiveMetrics metrics;
  std::atomic<StepPhase> phase{StepPhase::kProcess};
  // Microseconds in each phase, added by whoever looks now and then what the thread is at; zero where nobody does.
  std::array<Tally, kStepPhases> micros;
};

namespace internal {

// Ids are dense, given at construction of the metric objects, for the life of the process. Thread-safe.
std::size_t RegisterMetric(MetricKind kind, std::string_view name_space, std::string_view name);
MetricName MetricById(std::size_t id);
std::int64_t NowMicros();

// What a SharedCounter has counted and no bundle has taken along yet.
struct SharedCount {
  std::size_t id = 0;
  std::atomic<std::int64_t> value{0};
};

// Moves all of these to the metrics of a step, whose thread calls.
void TakeSharedCounts(LiveMetrics& metrics);

// Every LogStep that the SDK sets as current is a StepContext.
inline LiveMetricCell* CurrentCell(std::size_t id) {
  const LogStep* const step = current_log_step.load(std::memory_order_relaxed);
  if (step == nullptr) return nullptr;
  return &const_cast<StepContext*>(static_cast<const StepContext*>(step))->metrics[id];
}

}  // namespace internal

class Counter {
 public:
  Counter(std::string_view name_space, std::string_view name)
      : id_(internal::RegisterMetric(MetricKind::kCounter, name_space, name)) {}
  void Inc(std::int64_t n = 1) const {
    if (LiveMetricCell* cell = internal::CurrentCell(id_)) cell->Add(n);
  }
  void Dec(std::int64_t n = 1) const { Inc(-n); }

 private:
  std::size_t id_;
};

// A counter of what is done for no step in particular, such as the requests of a client that steps share. Any thread
// may count, within a step or not. What was counted goes along with the bundle of this process that ends next, as if
// its first step had counted it: the sum over all steps is right, and has what was done in vain for bundles that
// failed.
class SharedCounter {
 public:
  SharedCounter(std::string_view name_space, std::string_view name);
  void Inc(std::int64_t n = 1) const;

 private:
  internal::SharedCount* count_;
};

class Distribution {
 public:
  Distribution(std::string_view name_space, std::string_view name)
      : id_(internal::RegisterMetric(MetricKind::kDistribution, name_space, name)) {}
  void Update(std::int64_t value) const;

 private:
  std::size_t id_;
};

// The last value set wins, by the clock of the machine that set it.
class Gauge {
 public:
  Gauge(std::string_view name_space, std::string_view name)
      : id_(internal::RegisterMetric(MetricKind::kGauge, name_space, name)) {}
  void Set(std::int64_t value) const;

 private:
  std::size_t id_;
};

// One metric of one step, as PipelineResult reports it.
struct MetricResult {
  std::string step;
  MetricName metric;
  MetricCell value;
};

class MetricResults {
 public:
  MetricResults() = default;
  explicit MetricResults(std::vector<MetricResult> results) : results_(std::move(results)) {}

  const std::vector<MetricResult>& all() const { return results_; }

  // Over all steps; the counter's sum, or the merged distribution. Zero if nothing was counted.
  std::int64_t CounterValue(std::string_view name_space, std::string_view name) const;
  MetricCell DistributionValue(std::string_view name_space, std::string_view name) const;
  // Over all steps: the one set last, or 0.
  std::int64_t GaugeValue(std::string_view name_space, std::string_view name) const;

 private:
  MetricCell Merged(MetricKind kind, std::string_view name_space, std::string_view name) const;

  std::vector<MetricResult> results_;
};

// What SharedCounters have counted in this process that no bundle has taken along yet, as results of no step.
std::vector<MetricResult> CountsOfNoStep();

}  // namespace beam
