// Run: starts a pipeline where its options say.
#pragma once

#include <memory>

#include "beam/model/pcollection.h"
#include "beam/model/pipeline_result.h"
#include "beam/runners/dataflow_flags.h"
#include "beam/runners/options.h"

namespace beam {

// Returns at once; the result's destructor cancels what still runs. Build no more on the pipeline then. Sets the log
// level and the memory budget of the process as the options say. `dataflow` is for --runner Dataflow alone. Throws
// UsageError for options that make no sense together.
std::unique_ptr<PipelineResult> Run(const Pipeline& pipeline, const PipelineOptions& options = {},
                                    const DataflowFlags& dataflow = {});

}  // namespace beam
