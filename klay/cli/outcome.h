// Outcome: what came of a run, so far or at its end, read from its metrics. Every input ends as exactly one of done,
// skipped and failed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "beam/io/request_counts.h"
#include "beam/model/pipeline_result.h"
#include "klay/jobs/estimate.h"
#include "klay/transforms/elements.h"

namespace klay {

struct Outcome {
  beam::PipelineState state = beam::PipelineState::kRunning;
  std::int64_t files_matched = 0;
  std::int64_t bytes_matched = 0;
  std::int64_t files_done = 0;
  std::int64_t files_skipped = 0;
  std::int64_t files_failed = 0;
  std::int64_t files_damaged = 0;  // of those done
  std::int64_t bytes_taken = 0;
  double audio_seconds = 0;
  double wall_seconds = 0;
  std::map<std::string, beam::StoreRequests> requests;  // by the store

  // Of a dry run, whose files_done would be made.
  bool is_dry_run = false;
  EstimateBasis plan = {};
};

// The job's own totals where the run is done and its engine reports them, else what is counted by now.
Outcome ReadOutcome(const beam::PipelineResult& result, double wall_seconds);

// What is printed at the end, several lines.
std::string Summary(const Outcome& outcome, const std::vector<Failure>& failures);

}  // namespace klay
