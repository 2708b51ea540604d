// --runner Dataflow: what the flags say, as a run.
#pragma once

#include <memory>

#include "beam/base/job_option_value.h"
#include "beam/model/pcollection.h"
#include "beam/model/pipeline_result.h"
#include "beam/runners/dataflow_flags.h"
#include "beam/runners/options.h"

namespace beam {

// `for_workers` are the options that this SDK's workers heed. Returns once the job is made. Throws UsageError for flags
// that Dataflow would refuse.
std::unique_ptr<PipelineResult> RunOnDataflow(const Pipeline& pipeline, const PipelineOptions& options,
                                              const DataflowFlags& flags, const JobOptionValues& for_workers);

}  // namespace beam
