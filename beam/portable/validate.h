// What engines refuse in a pipeline, found before it is submitted, as they say it late, in their own words, or not at
// all: a job then hangs. Sources: Prism's Prepare (prism/internal/jobservices/management.go), the Python SDK's
// validate_pipeline_graph, beam_runner_api.proto; all of Beam 2.77.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <string>
#include <vector>

namespace beam {

// The faults, each a sentence that names the step, the PCollection or what else it is in; none of a good pipeline. In
// an order that depends on the pipeline alone.
std::vector<std::string> FindFaults(const org::apache::beam::model::pipeline::v1::Pipeline& pipeline);

// Throws Error, with all that is wrong, if the pipeline has faults.
void CheckPipeline(const org::apache::beam::model::pipeline::v1::Pipeline& pipeline);

}  // namespace beam
