// Fetching the files that a pipeline takes along, in the worker (ArtifactRetrievalService).
#pragma once

#include <google/protobuf/repeated_ptr_field.h>
#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <string>
#include <vector>

namespace beam {

// Fetches the artifacts of ProvisionInfo from the engine at `endpoint` into `folder`, each under the name that it was
// staged to, and returns their paths in order. Files that are there already, with the right digest, stay. A file
// appears whole or not at all, readable by its owner only; whether it may be executed is not this function's business.
// What breaks off on its way, or comes damaged, is fetched three times more; what the engine does not know, is not.
// Throws Error if an artifact does not arrive, has another digest than it should, is named outside of the folder, or
// like another one with other contents.
std::vector<std::string> FetchArtifacts(
    const std::string& endpoint, const std::string& worker_id,
    const google::protobuf::RepeatedPtrField<org::apache::beam::model::pipeline::v1::ArtifactInformation>& artifacts,
    const std::string& folder);

}  // namespace beam
