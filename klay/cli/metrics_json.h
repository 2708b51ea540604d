// --metrics_json: what a run did, for programs. An object with
//   version, command, options {flag: value as text}, state ("done", "failed", "cancelled"), error
//   files {matched, done, skipped, failed, damaged}, audio_seconds, wall_seconds, cpu_seconds, peak_memory_bytes
//   requests {store: {verb: number}}: what stores were sent (beam/io/request_counts.h)
//   estimate {files, bytes, looked_at, audio_hours, vcpu_hours, gb_hours, list, read, write, target_bytes, cost}, of a
//     dry run: klay/jobs/estimate.h; null for what is not known
//   failures [{path, reason}], at most JobLog::kMostFailures of them (more with --failures)
//   metrics [{step, name, kind, ...}]: counters with value, gauges with value, distributions with count sum min max
// Texts are as Printable() makes them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "beam/model/pipeline_result.h"
#include "beam/runners/options_set.h"
#include "klay/cli/outcome.h"

namespace klay {

std::string MetricsJson(const std::string& command, const beam::FlagSet& flags, const beam::PipelineResult& result,
                        const Outcome& outcome, const std::optional<Estimate>& estimate,
                        const std::vector<Failure>& failures);

// --failures: one object {path, reason} a line.
std::string FailuresJson(const std::vector<Failure>& failures);

}  // namespace klay
