// Artifacts: the files that a pipeline takes along to its workers.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <string>

namespace beam {

// The file at `path` as a dependency of an environment; the worker finds it as `staged_name`. Reads the file, as the
// artifact carries its digest. Throws Error if it cannot be read.
org::apache::beam::model::pipeline::v1::ArtifactInformation FileArtifact(const std::string& path,
                                                                         const std::string& staged_name);

// The path of the program that runs.
std::string ExecutablePath();

}  // namespace beam
