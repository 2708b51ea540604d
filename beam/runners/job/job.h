// RunJob: submits a pipeline to an engine's job service, and follows the job to its end.
#pragma once

#include <memory>

#include "beam/model/pipeline_result.h"
#include "beam/runners/job/job_options.h"

namespace org::apache::beam::model::pipeline::v1 {
class Pipeline;
}

namespace beam {

// Prepares the job, stages the files that its environments depend on and starts it; returns then. The result cancels
// the job on the engine when it is asked to, when RequestCancel() was called, and when it is destroyed before the end.
//
// Throws UsageError where nothing, or no job service, answers; Error with its reason where the engine refuses the
// pipeline; Cancelled where the run is to stop before it has begun. What goes wrong later is the result's error(): the
// engine's report reduced to its cause, or that the engine is gone, or that the job took longer than it may.
// What the engine says meanwhile is logged; its whole report of a failure at Severity::kDebug.
std::unique_ptr<PipelineResult> RunJob(const org::apache::beam::model::pipeline::v1::Pipeline& pipeline,
                                       const JobOptions& options);

}  // namespace beam
