#include "beam/model/metrics.h"

#include <algorithm>
#include <chrono>
#include <list>
#include <mutex>
#include <utility>

namespace beam {
namespace {

struct MetricTable {
  std::mutex mutex;
  std::vector<MetricName> names;
};

MetricTable& Table() {
  static auto* table = new MetricTable;  // never destroyed: metric objects may be used while the process exits
  return *table;
}

struct SharedCounts {
  std::mutex mutex;
  std::list<internal::SharedCount> counts;  // they stay where they are
  std::atomic<bool> any{false};             // to be taken, perhaps
};

SharedCounts& TheSharedCounts() {
  static auto* counts = new SharedCounts;  // likewise
  return *counts;
}

}  // namespace

namespace internal {

std::size_t RegisterMetric(MetricKind kind, std::string_view name_space, std::string_view name) {
  MetricTable& table = Table();
  const std::lock_guard lock(table.mutex);
  for (std::size_t id = 0; id < table.names.size(); ++id) {
    const MetricName& known = table.names[id];
    if (known.kind == kind && known.name_space == name_space && known.name == name) return id;
  }
  table.names.push_back({kind, std::string(name_space), std::string(name)});
  return table.names.size() - 1;
}

MetricName MetricById(std::size_t id) {
  MetricTable& table = Table();
  const std::lock_guard lock(table.mutex);
  return table.names.at(id);
}

std::int64_t NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void TakeSharedCounts(LiveMetrics& metrics) {
  SharedCounts& shared = TheSharedCounts();
  // As bundles may be empty and many, and mostly there is nothing.
  if (!shared.any.load(std::memory_order_relaxed) || !shared.any.exchange(false)) return;
  const std::lock_guard lock(shared.mutex);
  for (SharedCount& count : shared.counts) {
    if (const std::int64_t taken = count.value.exchange(0); taken != 0) metrics[count.id].Add(taken);
  }
}

}  // namespace internal

void MetricCell::Merge(const MetricCell& other) {
  sum += other.sum;
  count += other.count;
  min = std::min(min, other.min);
  max = std::max(max, other.max);
  if (other.updated_at > updated_at) {
    latest = other.latest;
    updated_at = other.updated_at;
  }
}

void MetricCells::Merge(const MetricCells& other) {
  if (other.cells_.size() > cells_.size()) cells_.resize(other.cells_.size());
  for (std::size_t id = 0; id < other.cells_.size(); ++id) cells_[id].Merge(other.cells_[id]);
}

// Marks a cell as being changed. Whoever reads a value stored meanwhile sees the odd version as well, as values are
// released and acquired one by one.
class LiveMetricCell::Change {
 public:
  explicit Change(LiveMetricCell& cell) : cell_(cell), version_(cell.version_.load(std::memory_order_relaxed) + 1) {
    cell_.version_.store(version_, std::memory_order_relaxed);
  }
  ~Change() { cell_.version_.store(version_ + 1, std::memory_order_release); }
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;

 private:
  LiveMetricCell& cell_;
  const std::uint32_t version_;
};

void LiveMetricCell::Update(std::int64_t value) {
  MetricCell cell = Read();
  cell.sum += value;
  cell.count += 1;
  cell.min = std::min(cell.min, value);
  cell.max = std::max(cell.max, value);
  Store(cell);
}

void LiveMetricCell::Set(std::int64_t value, std::int64_t now) {
  MetricCell cell = Read();
  cell.latest = value;
  cell.updated_at = now;
  Store(cell);
}

void LiveMetricCell::Store(const MetricCell& cell) {
  const Change change(*this);
  sum_.store(cell.sum, std::memory_order_release);
  count_.store(cell.count, std::memory_order_release);
  min_.store(cell.min, std::memory_order_release);
  max_.store(cell.max, std::memory_order_release);
  latest_.store(cell.latest, std::memory_order_release);
  updated_at_.store(cell.updated_at, std::memory_order_release);
}

MetricCell LiveMetricCell::Read() const {
  for (;;) {
    const std::uint32_t before = version_.load(std::memory_order_acquire);
    MetricCell cell;
    cell.sum = sum_.load(std::memory_order_acquire);
    cell.count = count_.load(std::memory_order_acquire);
    cell.min = min_.load(std::memory_order_acquire);
    cell.max = max_.load(std::memory_order_acquire);
    cell.latest = latest_.load(std::memory_order_acquire);
    cell.updated_at = updated_at_.load(std::memory_order_acquire);
    if (before % 2 == 0 && version_.load(std::memory_order_relaxed) == before) return cell;
  }
}

void LiveMetrics::Clear() {
  for (std::size_t id = 0; id < size_; ++id) cells_[id].Store({});
}

MetricCells LiveMetrics::Read() const {
  MetricCells read;
  const Block* const block = current_.load(std::memory_order_acquire);
  if (block == nullptr) return read;
  for (std::size_t id = 0; id < block->cells.size(); ++id) read[id] = block->cells[id].Read();
  return read;
}

void LiveMetrics::Grow(std::size_t size) {
  // No larger: a cell that is there is one of a metric that is.
  auto block = std::make_unique<Block>(size);
  for (std::size_t id = 0; id < size_; ++id) block->cells[id].Store(cells_[id].Read());
  cells_ = block->cells.data();
  size_ = block->cells.size();
  current_.store(block.get(), std::memory_order_release);
  blocks_.push_back(std::move(block));
}

SharedCounter::SharedCounter(std::string_view name_space, std::string_view name) {
  const std::size_t id = internal::RegisterMetric(MetricKind::kCounter, name_space, name);
  SharedCounts& shared = TheSharedCounts();
  const std::lock_guard lock(shared.mutex);
  const auto known = std::find_if(shared.counts.begin(), shared.counts.end(),
                                  [&](const internal::SharedCount& count) { return count.id == id; });
  count_ = known != shared.counts.end() ? &*known : &shared.counts.emplace_back();
  count_->id = id;
}

void SharedCounter::Inc(std::int64_t n) const {
  count_->value.fetch_add(n);
  TheSharedCounts().any.store(true);
}

void Distribution::Update(std::int64_t value) const {
  if (LiveMetricCell* cell = internal::CurrentCell(id_)) cell->Update(value);
}

void Gauge::Set(std::int64_t value) const {
  if (LiveMetricCell* cell = internal::CurrentCell(id_)) cell->Set(value, internal::NowMicros());
}

MetricCell MetricResults::Merged(MetricKind kind, std::string_view name_space, std::string_view name) const {
  MetricCell merged;
  for (const MetricResult& result : results_) {
    if (result.metric.kind == kind && result.metric.name_space == name_space && result.metric.name == name) {
      merged.Merge(result.value);
    }
  }
  return merged;
}

std::int64_t MetricResults::CounterValue(std::string_view name_space, std::string_view name) const {
  return Merged(MetricKind::kCounter, name_space, name).sum;
}

MetricCell MetricResults::DistributionValue(std::string_view name_space, std::string_view name) const {
  return Merged(MetricKind::kDistribution, name_space, name);
}

std::int64_t MetricResults::GaugeValue(std::string_view name_space, std::string_view name) const {
  return Merged(MetricKind::kGauge, name_space, name).latest;
}

std::vector<MetricResult> CountsOfNoStep() {
  std::vector<MetricResult> results;
  SharedCounts& shared = TheSharedCounts();
  const std::lock_guard lock(shared.mutex);
  for (const internal::SharedCount& count : shared.counts) {
    MetricResult result{.step = {}, .metric = internal::MetricById(count.id), .value = {}};
    result.value.sum = count.value.load();
    if (result.value.sum != 0) results.push_back(std::move(result));
  }
  return results;
}

}  // namespace beam
