// RunThroughFnApi: the embedded runner, its bundles going through Beam's Fn API to the worker that engines use, in this
// process: each element encoded, each stage described as an engine does. For tests of pipelines and of the worker.
//
// The engine is that of RunDirect, which schedules, retries, groups and commits. Weaker than there: the order of the
// values of a group depends on how elements were bundled; of a bundle that was begun nothing is handed to an idle
// thread; a step that resumes runs through, so that its outputs come at its end. Log lines go where those of the
// process go.
#pragma once

#include <memory>

#include "beam/model/pcollection.h"
#include "beam/model/pipeline_result.h"
#include "beam/runners/direct/direct_runner.h"

namespace beam {

std::unique_ptr<PipelineResult> RunThroughFnApi(const Pipeline& pipeline, const DirectRunnerOptions& options = {});

}  // namespace beam
