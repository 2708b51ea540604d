// Staging: giving an engine the files that a pipeline's environments depend on. The engine asks, the client answers
// (ReverseArtifactRetrievalService).
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <chrono>
#include <string>

namespace beam {

// Answers the engine at `endpoint` until it has what it wants. Only artifacts of `pipeline` are given away. Throws
// Error when a file cannot be read, or when the engine goes away or is silent for `timeout`; Cancelled when the run is
// to stop.
void StageArtifacts(const std::string& endpoint, const std::string& token,
                    const org::apache::beam::model::pipeline::v1::Pipeline& pipeline,
                    std::chrono::milliseconds timeout);

}  // namespace beam
