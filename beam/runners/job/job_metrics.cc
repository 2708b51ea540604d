#include "beam/runners/job/job_metrics.h"

#include <optional>
#include <utility>
#include <vector>

#include "beam/base/bytes.h"
#include "beam/base/error.h"

namespace beam {
namespace {

namespace jobs = org::apache::beam::model::job_management::v1;
namespace model = org::apache::beam::model::pipeline::v1;
using MonitoringInfos = google::protobuf::RepeatedPtrField<model::MonitoringInfo>;

std::optional<MetricKind> KindOf(const std::string& urn) {
  if (urn == "beam:metric:user:sum_int64:v1") return MetricKind::kCounter;
  if (urn == "beam:metric:user:distribution_int64:v1") return MetricKind::kDistribution;
  if (urn == "beam:metric:user:latest_int64:v1") return MetricKind::kGauge;
  return std::nullopt;
}

// The payloads are sequences of VarInts, as metrics.proto describes the types.
MetricCell CellOf(MetricKind kind, const std::string& payload) {
  Reader reader(payload);
  const auto next = [&] { return static_cast<std::int64_t>(reader.VarInt()); };
  MetricCell cell;
  switch (kind) {
    case MetricKind::kCounter: cell.sum = next(); break;
    case MetricKind::kDistribution:
      cell.count = next();
      cell.sum = next();
      cell.min = next();
      cell.max = next();
      break;
    case MetricKind::kGauge:
      cell.updated_at = next() * 1000;
      cell.latest = next();
      break;
  }
  return cell;
}

std::string Label(const model::MonitoringInfo& info, const std::string& name) {
  const auto found = info.labels().find(name);
  return found == info.labels().end() ? std::string() : found->second;
}

}  // namespace

MetricResults MetricsOf(const jobs::MetricResults& results,
                        const std::function<std::string(const std::string&)>& step_of) {
  const MonitoringInfos& infos = results.committed().empty() ? results.attempted() : results.committed();
  std::vector<MetricResult> metrics;
  for (const model::MonitoringInfo& info : infos) {
    const std::optional<MetricKind> kind = KindOf(info.urn());
    if (!kind) continue;
    try {
      metrics.push_back({.step = step_of(Label(info, "PTRANSFORM")),
                         .metric = {.kind = *kind, .name_space = Label(info, "NAMESPACE"), .name = Label(info, "NAME")},
                         .value = CellOf(*kind, info.payload())});
    } catch (const Error&) {
      continue;
    }
  }
  return MetricResults(std::move(metrics));
}

}  // namespace beam
