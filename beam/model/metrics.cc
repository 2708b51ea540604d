#include "beam/model/metrics.h"

#include <algorithm>
#include <chrono>
#include <mutex>

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

void Distribution::Update(std::int64_t value) const {
  MetricCell* cell = internal::CurrentCell(id_);
  if (cell == nullptr) return;
  cell->sum += value;
  cell->count += 1;
  cell->min = std::min(cell->min, value);
  cell->max = std::max(cell->max, value);
}

void Gauge::Set(std::int64_t value) const {
  MetricCell* cell = internal::CurrentCell(id_);
  if (cell == nullptr) return;
  cell->latest = value;
  cell->updated_at = internal::NowMicros();
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

}  // namespace beam
