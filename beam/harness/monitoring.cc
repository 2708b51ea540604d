#include "beam/harness/monitoring.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "beam/base/bytes.h"
#include "beam/base/error.h"
#include "beam/base/hash.h"

namespace beam {
namespace {

struct UserKind {
  MetricKind kind;
  const char* urn;
  const char* type;
};
constexpr UserKind kUserKinds[] = {
    {MetricKind::kCounter, "beam:metric:user:sum_int64:v1", "beam:metrics:sum_int64:v1"},
    {MetricKind::kDistribution, "beam:metric:user:distribution_int64:v1", "beam:metrics:distribution_int64:v1"},
    {MetricKind::kGauge, "beam:metric:user:latest_int64:v1", "beam:metrics:latest_int64:v1"},
};

void AppendVarInt(std::int64_t value, Writer& out) { out.VarInt(static_cast<std::uint64_t>(value)); }
std::int64_t TakeVarInt(Reader& in) { return static_cast<std::int64_t>(in.VarInt()); }

bool HasValue(MetricKind kind, const MetricCell& cell) {
  switch (kind) {
    case MetricKind::kCounter: return cell.sum != 0;
    case MetricKind::kDistribution: return cell.count != 0;
    case MetricKind::kGauge: return cell.updated_at != 0;
  }
  return false;
}

std::string Payload(MetricKind kind, const MetricCell& cell) {
  Writer out;
  switch (kind) {
    case MetricKind::kCounter: AppendVarInt(cell.sum, out); break;
    case MetricKind::kDistribution:
      for (const std::int64_t value : {cell.count, cell.sum, cell.min, cell.max}) AppendVarInt(value, out);
      break;
    case MetricKind::kGauge:
      AppendVarInt(cell.updated_at / 1000, out);
      AppendVarInt(cell.latest, out);
      break;
  }
  return out.Take();
}

MonitoringInfo Sum(const char* urn, const char* label, const std::string& value, std::int64_t sum) {
  MonitoringInfo info;
  info.set_urn(urn);
  info.set_type("beam:metrics:sum_int64:v1");
  Writer out;
  AppendVarInt(sum, out);
  info.set_payload(out.Take());
  (*info.mutable_labels())[label] = value;
  return info;
}

}  // namespace

void AppendUserMetrics(const std::string& transform, const MetricCells& cells, std::vector<MonitoringInfo>& infos) {
  for (std::size_t id = 0; id < cells.cells().size(); ++id) {
    const MetricCell& cell = cells.cells()[id];
    const MetricName name = internal::MetricById(id);
    if (!HasValue(name.kind, cell)) continue;
    for (const UserKind& kind : kUserKinds) {
      if (kind.kind != name.kind) continue;
      MonitoringInfo& info = infos.emplace_back();
      info.set_urn(kind.urn);
      info.set_type(kind.type);
      info.set_payload(Payload(name.kind, cell));
      auto& labels = *info.mutable_labels();
      labels["PTRANSFORM"] = transform;
      labels["NAMESPACE"] = name.name_space;
      labels["NAME"] = name.name;
    }
  }
}

MonitoringInfo ElementCount(const std::string& pcollection, std::int64_t elements) {
  return Sum("beam:metric:element_count:v1", "PCOLLECTION", pcollection, elements);
}

MonitoringInfo SampledByteSize(const std::string& pcollection, const MetricCell& sizes) {
  MonitoringInfo info;
  info.set_urn("beam:metric:sampled_byte_size:v1");
  info.set_type("beam:metrics:distribution_int64:v1");
  info.set_payload(Payload(MetricKind::kDistribution, sizes));
  (*info.mutable_labels())["PCOLLECTION"] = pcollection;
  return info;
}

void AppendExecutionTimes(const std::string& transform, const StepContext& step, std::vector<MonitoringInfo>& infos) {
  static constexpr const char* kUrns[kStepPhases] = {"beam:metric:pardo_execution_time:start_bundle_msecs:v1",
                                                     "beam:metric:pardo_execution_time:process_bundle_msecs:v1",
                                                     "beam:metric:pardo_execution_time:finish_bundle_msecs:v1"};
  const auto append = [&](const char* urn, std::int64_t micros) {
    if (micros >= 1000) infos.push_back(Sum(urn, "PTRANSFORM", transform, micros / 1000));
  };
  std::int64_t total = 0;
  for (std::size_t phase = 0; phase < kStepPhases; ++phase) {
    const std::int64_t micros = step.micros[phase].value();
    append(kUrns[phase], micros);
    total += micros;
  }
  append("beam:metric:ptransform_execution_time:total_msecs:v1", total);
}

MonitoringInfo DataReadIndex(const std::string& transform, std::int64_t claimed) {
  return Sum("beam:metric:data_channel:read_index:v1", "PTRANSFORM", transform, claimed - 1);
}

bool ParseUserMetric(const MonitoringInfo& info, std::string& transform, MetricName& name, MetricCell& cell) {
  for (const UserKind& kind : kUserKinds) {
    if (info.urn() != kind.urn) continue;
    const auto label = [&](const char* key) {
      const auto found = info.labels().find(key);
      return found == info.labels().end() ? std::string() : found->second;
    };
    transform = label("PTRANSFORM");
    name = {kind.kind, label("NAMESPACE"), label("NAME")};
    cell = {};
    Reader in(info.payload());
    switch (kind.kind) {
      case MetricKind::kCounter: cell.sum = TakeVarInt(in); break;
      case MetricKind::kDistribution:
        for (std::int64_t* value : {&cell.count, &cell.sum, &cell.min, &cell.max}) *value = TakeVarInt(in);
        break;
      case MetricKind::kGauge:
        cell.updated_at = TakeVarInt(in) * 1000;
        cell.latest = TakeVarInt(in);
        break;
    }
    return true;
  }
  return false;
}

ShortIds::ShortIds(std::string_view worker)
    : prefix_(std::to_string(static_cast<std::uint32_t>(HashBytes(worker))) + ".") {}

std::string ShortIds::IdOf(const MonitoringInfo& info) {
  // Maps of Protobuf have no order.
  std::vector<std::pair<std::string_view, std::string_view>> labels;
  for (const auto& label : info.labels()) labels.emplace_back(label.first, label.second);
  std::sort(labels.begin(), labels.end());
  std::string name = info.urn();
  for (const auto& [label, value] : labels) name.append({'\0'}).append(label).append({'\0'}).append(value);
  const std::lock_guard lock(mutex_);
  std::string& id = ids_[name];
  if (id.empty()) {
    id = prefix_ + std::to_string(ids_.size());
    MonitoringInfo& kind = infos_[id];
    kind = info;
    kind.clear_payload();
  }
  return id;
}

MonitoringInfo ShortIds::InfoOf(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = infos_.find(id);
  if (found == infos_.end()) throw Error("there is no metric '" + id + "'");
  return found->second;
}

}  // namespace beam
