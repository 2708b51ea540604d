#include "klay/cli/outcome.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>

#include "klay/jobs/printable.h"

namespace klay {
namespace {

// A summary is read by people; the log and the metrics file have all of them.
constexpr std::size_t kMostShown = 20;

std::string Plural(std::int64_t n, const std::string& word) {
  return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s");
}

// Not every engine reports gauges.
bool HasTotals(const beam::MetricResults& metrics) {
  const auto& all = metrics.all();
  return std::any_of(all.begin(), all.end(), [](const beam::MetricResult& metric) {
    return metric.metric.name_space == "klay" && metric.metric.name == "total_files";
  });
}

std::string DryRunText(const Outcome& outcome) {
  const EstimateBasis& plan = outcome.plan;
  const std::int64_t known = outcome.files_done - plan.unknown_sizes;
  std::string text =
      "dry run, nothing was written; to be read: " + Plural(plan.source_bytes, "byte") + "; to be written: ";
  if (known > 0 || outcome.files_done == 0) text += "about " + Plural(plan.target_bytes, "byte");
  if (plan.unknown_sizes > 0) {
    text += (known > 0 ? ", and " : "") + Plural(plan.unknown_sizes, "file") + " of unknown size";
  }
  return text + '\n';
}

EstimateBasis ReadPlan(const beam::MetricResults& metrics, const Outcome& outcome) {
  const auto gauge = [&](const char* name) { return metrics.GaugeValue("klay", name); };
  EstimateBasis plan{.files = gauge("files_to_do"),
                     .bytes = gauge("bytes_to_do"),
                     .reads = gauge("reads_to_do"),
                     .looked_at = gauge("files_looked_at"),
                     .looked_at_bytes = gauge("bytes_looked_at"),
                     .audio_seconds = static_cast<double>(gauge("total_microseconds")) / 1e6,
                     .source_bytes = gauge("planned_source_bytes"),
                     .target_bytes = gauge("planned_target_bytes"),
                     .unknown_sizes = gauge("planned_unknown_sizes"),
                     .looks = gauge("planned_looks"),
                     .writes = gauge("planned_writes"),
                     .ledger_reads = gauge("planned_ledger_reads"),
                     .ledger_writes = gauge("planned_ledger_writes")};
  // The run will list what was listed now.
  for (const auto& [store, requests] : outcome.requests) {
    plan.lists += requests[static_cast<std::size_t>(beam::RequestVerb::kList)];
  }
  return plan;
}

}  // namespace

Outcome ReadOutcome(const beam::PipelineResult& result, double wall_seconds) {
  Outcome outcome;
  outcome.state = result.state();
  const beam::MetricResults metrics = result.metrics();
  const auto counter = [&](const char* name) { return metrics.CounterValue("klay", name); };
  outcome.files_matched = counter("files_matched");
  outcome.bytes_matched = counter("bytes_matched");
  outcome.files_done = counter("files_loaded");
  outcome.files_skipped = counter("files_skipped");
  outcome.files_failed = counter("files_failed");
  outcome.files_damaged = counter("files_damaged");
  outcome.bytes_taken = counter("bytes_taken");
  outcome.audio_seconds = static_cast<double>(counter("audio_milliseconds")) / 1e3;
  if (outcome.state == beam::PipelineState::kDone && HasTotals(metrics)) {
    outcome.files_done = metrics.GaugeValue("klay", "total_files");
    outcome.files_skipped = metrics.GaugeValue("klay", "total_skipped");
    outcome.files_failed = metrics.GaugeValue("klay", "total_failed");
    outcome.audio_seconds = static_cast<double>(metrics.GaugeValue("klay", "total_microseconds")) / 1e6;
  }
  outcome.requests = beam::RequestsOf(metrics);
  outcome.is_dry_run = metrics.GaugeValue("klay", "is_dry_run") != 0;
  outcome.plan = ReadPlan(metrics, outcome);
  outcome.wall_seconds = wall_seconds;
  return outcome;
}

std::string Summary(const Outcome& outcome, const std::vector<Failure>& failures) {
  std::string text;
  if (outcome.state == beam::PipelineState::kDone) {
    text = Plural(outcome.files_done + outcome.files_skipped + outcome.files_failed, "file") + ": ";
  } else {
    text = "not finished; of " + Plural(outcome.files_matched, "file") + " found so far: ";
  }
  text += std::to_string(outcome.files_done) + (outcome.is_dry_run ? " to do, " : " done, ");
  if (outcome.files_skipped > 0) text += std::to_string(outcome.files_skipped) + " skipped, ";
  text += std::to_string(outcome.files_failed) + " failed\n";
  if (outcome.files_damaged > 0) text += "of those done, damaged: " + std::to_string(outcome.files_damaged) + '\n';
  if (outcome.is_dry_run && outcome.plan.is_sample()) {
    text += "dry run, nothing was written\n";
  } else {
    const double s = outcome.audio_seconds;
    char line[160];
    std::snprintf(line, sizeof line, "duration: %.3f s, %.3f min, %.3f h\n", s, s / 60, s / 3600);
    text += line;
    std::snprintf(line, sizeof line, "took %.1f s, %.0f times real time\n", outcome.wall_seconds,
                  s / std::max(outcome.wall_seconds, 1e-3));
    text += outcome.is_dry_run ? DryRunText(outcome) : line;
  }
  text += beam::RequestsText(outcome.requests);
  for (std::size_t i = 0; i < std::min(failures.size(), kMostShown); ++i) {
    text += "failed: " + Printable(failures[i].path) + ": " + Printable(failures[i].reason) + '\n';
  }
  if (failures.size() > kMostShown) {
    text += "and " + std::to_string(outcome.files_failed - static_cast<std::int64_t>(kMostShown))
        + " more: see the log above, or --failures\n";
  }
  return text;
}

}  // namespace klay
