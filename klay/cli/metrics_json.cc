#include "klay/cli/metrics_json.h"

#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "klay/jobs/printable.h"
#include "klay/jobs/version.h"

namespace klay {
namespace {

using Json = nlohmann::ordered_json;

const char* StateName(beam::PipelineState state) {
  switch (state) {
    case beam::PipelineState::kRunning: return "running";
    case beam::PipelineState::kDone: return "done";
    case beam::PipelineState::kFailed: return "failed";
    case beam::PipelineState::kCancelled: return "cancelled";
    case beam::PipelineState::kDetached: return "detached";
  }
  return "";
}

Json MetricJson(const beam::MetricResult& metric) {
  Json json{{"step", Printable(metric.step)}, {"name", metric.metric.name_space + "/" + metric.metric.name}};
  switch (metric.metric.kind) {
    case beam::MetricKind::kCounter:
      json["kind"] = "counter";
      json["value"] = metric.value.sum;
      break;
    case beam::MetricKind::kGauge:
      json["kind"] = "gauge";
      json["value"] = metric.value.latest;
      break;
    case beam::MetricKind::kDistribution:
      json["kind"] = "distribution";
      json["count"] = metric.value.count;
      json["sum"] = metric.value.sum;
      json["min"] = metric.value.min;
      json["max"] = metric.value.max;
      break;
  }
  return json;
}

Json FailureJson(const Failure& failure) {
  return {{"path", Printable(failure.path)}, {"reason", Printable(failure.reason)}};
}

Json EstimateJson(const EstimateBasis& plan, const Estimate& estimate) {
  const auto known = [](const std::optional<double>& value) { return value ? Json(*value) : Json(); };
  return {{"files", plan.files},
          {"bytes", plan.bytes},
          {"looked_at", plan.looked_at},
          {"audio_hours", estimate.audio_hours},
          {"vcpu_hours", estimate.vcpu_hours},
          {"gb_hours", estimate.gb_hours},
          {"list", estimate.lists},
          {"look", estimate.looks},
          {"read", estimate.reads},
          {"write", estimate.writes},
          {"target_bytes", known(estimate.target_bytes)},
          {"cost", known(estimate.cost)}};
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::string MetricsJson(const std::string& command, const beam::FlagSet& flags, const beam::PipelineResult& result,
                        const Outcome& outcome, const std::optional<Estimate>& estimate,
                        const std::vector<Failure>& failures) {
  Json json{{"version", kVersion}, {"command", command}};
  json["options"] = Json::object();
  for (const beam::FlagSpec* const flag : flags.flags()) {
    if (flag->is_given) json["options"][flag->name] = Printable(flag->text());
  }
  json["state"] = StateName(outcome.state);
  json["error"] = Printable(result.error());
  json["files"] = {{"matched", outcome.files_matched},
                   {"done", outcome.files_done},
                   {"skipped", outcome.files_skipped},
                   {"failed", outcome.files_failed},
                   {"damaged", outcome.files_damaged}};
  json["audio_seconds"] = outcome.audio_seconds;
  json["wall_seconds"] = outcome.wall_seconds;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  json["cpu_seconds"] = Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  json["peak_memory_bytes"] = std::int64_t{usage.ru_maxrss} * 1024;
  json["requests"] = Json::object();
  for (const auto& [store, requests] : outcome.requests) {
    for (std::size_t i = 0; i < beam::kRequestVerbs; ++i) {
      json["requests"][store][std::string(beam::NameOf(static_cast<beam::RequestVerb>(i)))] = requests[i];
    }
  }
  if (estimate) json["estimate"] = EstimateJson(outcome.plan, *estimate);
  json["failures"] = Json::array();
  for (const Failure& failure : failures) json["failures"].push_back(FailureJson(failure));
  json["metrics"] = Json::array();
  const beam::MetricResults metrics = result.metrics();
  for (const beam::MetricResult& metric : metrics.all()) json["metrics"].push_back(MetricJson(metric));
  return json.dump(2) + '\n';
}

std::string FailuresJson(const std::vector<Failure>& failures) {
  std::string lines;
  for (const Failure& failure : failures) lines += FailureJson(failure).dump() + '\n';
  return lines;
}

}  // namespace klay
