// Run: starts a pipeline where its options say.
#pragma once

#include <memory>

#include "beam/model/pcollection.h"
#include "beam/model/pipeline_result.h"
#include "beam/runners/options.h"

namespace beam {

// Returns at once; the result's destructor cancels what still runs. Build no more on the pipeline then. Sets the log
// level and the memory budget of the process as the options say. Throws UsageError, saying what it would need, for a
// runner that this build does not have.
std::unique_ptr<PipelineResult> Run(const Pipeline& pipeline, const PipelineOptions& options = {});

}  // namespace beam
