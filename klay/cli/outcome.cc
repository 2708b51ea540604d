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
  const std::int64_t known = outcome.files_done - outcome.planned_unknown_sizes;
  std::string text =
      "dry run, nothing was written; to be read: " + Plural(outcome.planned_source_bytes, "byte") + "; to be written: ";
  if (known > 0 || outcome.files_done == 0) text += "about " + Plural(outcome.planned_target_bytes, "byte");
  if (outcome.planned_unknown_sizes > 0) {
    text += (known > 0 ? ", and " : "") + Plural(outcome.planned_unknown_sizes, "file") + " of unknown size";
  }
  return text + '\n';
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
  outcome.planned_source_bytes = metrics.GaugeValue("klay", "planned_source_bytes");
  outcome.planned_target_bytes = metrics.GaugeValue("klay", "planned_target_bytes");
  outcome.planned_unknown_sizes = metrics.GaugeValue("klay", "planned_unknown_sizes");
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
  const double s = outcome.audio_seconds;
  char line[160];
  std::snprintf(line, sizeof line, "duration: %.3f s, %.3f min, %.3f h\n", s, s / 60, s / 3600);
  text += line;
  if (outcome.is_dry_run) {
    text += DryRunText(outcome);
  } else {
    std::snprintf(line, sizeof line, "took %.1f s, %.0f times real time\n", outcome.wall_seconds,
                  s / std::max(outcome.wall_seconds, 1e-3));
    text += line;
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
