// What a worker tells its engine of a bundle, as Beam's MonitoringInfos, and the short ids that stand for them.
// Source: metrics.proto of Beam 2.77.
#pragma once

#include <org/apache/beam/model/pipeline/v1/metrics.pb.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "beam/model/metrics.h"

namespace beam {

using MonitoringInfo = org::apache::beam::model::pipeline::v1::MonitoringInfo;

// The counters, distributions and gauges of a step that the engine calls `transform`.
void AppendUserMetrics(const std::string& transform, const MetricCells& cells, std::vector<MonitoringInfo>& infos);

// How many elements a PCollection had.
MonitoringInfo ElementCount(const std::string& pcollection, std::int64_t elements);
// How many bytes some of them had, encoded, as a distribution. Of what an engine sends or is sent, a sample is the mean
// of one piece.
MonitoringInfo SampledByteSize(const std::string& pcollection, const MetricCell& sizes);

// The time that was seen to pass in a step, in each phase and in all; what is zero is left out.
void AppendExecutionTimes(const std::string& transform, const StepContext& step, std::vector<MonitoringInfo>& infos);

// The index of the element that the source `transform` is at; -1 before the first.
MonitoringInfo DataReadIndex(const std::string& transform, std::int64_t claimed);

// A user metric, back. False if the info is none.
bool ParseUserMetric(const MonitoringInfo& info, std::string& transform, MetricName& name, MetricCell& cell);

// Numbers kinds of infos (all but their payload), so that an engine is told each of them once. Ids differ from those of
// other workers: Prism 2.77 takes the ids of all workers of a job for the same. Thread-safe.
class ShortIds {
 public:
  explicit ShortIds(std::string_view worker);
  std::string IdOf(const MonitoringInfo& info);
  // Without a payload. Throws Error for an id that was never given.
  MonitoringInfo InfoOf(const std::string& id) const;

 private:
  const std::string prefix_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> ids_;  // by the info's name and labels
  std::map<std::string, MonitoringInfo> infos_;
};

}  // namespace beam
