// A job as Dataflow's REST interface takes it: the resource Job of v1b3, in JSON. Source: Google's discovery document
// dataflow/v1b3/dataflow-api.json; what of it Beam's SDKs fill in is in DESIGN.md.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <string>
#include <vector>

#include "beam/runners/dataflow/dataflow_options.h"
#include "beam/runners/dataflow/dataflow_staging.h"

namespace beam {

// What tells this job from others.
struct DataflowJobIdentity {
  std::string folder;             // of what is its own, below the staging and the temp location
  std::string client_request_id;  // Dataflow makes one job of all requests that carry it
};

// Of the current time.
DataflowJobIdentity NewJobIdentity(const std::string& job_name);

// Where the pipeline itself lies.
struct StagedPipeline {
  std::string url;
  std::string sha256;
  std::vector<StagedFile> files;
};

// The body of the request that creates the job. `pipeline` is what lies at staged.url.
std::string DataflowJobJson(const org::apache::beam::model::pipeline::v1::Pipeline& pipeline,
                            const StagedPipeline& staged, const DataflowOptions& options,
                            const DataflowJobIdentity& identity);

}  // namespace beam
