// The embedded runner: runs a pipeline in this process, on several threads. The default, and meant for production.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "beam/model/pcollection.h"
#include "beam/model/pipeline_result.h"
#include "beam/runners/direct/bundle_runner.h"

namespace beam {

struct DirectRunnerOptions {
  int num_workers = 0;                     // threads; 0: one per core
  int max_attempts = 4;                    // of a bundle that fails, until the run fails
  std::uint64_t shuffle_memory_bytes = 0;  // for grouping, beyond which it goes to disk; 0: a quarter of the machine's
  std::string temp_location = {};          // of what goes to disk; empty: $TMPDIR or /tmp
};

// Starts the pipeline and returns at once. Build no more on the pipeline then. Bundles run in the runner's own threads,
// unless `make_runners` has them run elsewhere.
std::unique_ptr<PipelineResult> RunDirect(const Pipeline& pipeline, const DirectRunnerOptions& options = {},
                                          MakeBundleRunners make_runners = {});

}  // namespace beam
