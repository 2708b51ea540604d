// Artifacts: the files that a pipeline takes along to its workers.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <string>

namespace beam {

// The name under which the program itself is taken along; the containers of Beam's SDKs know it by this.
inline constexpr const char* kStagedProgram = "worker";

// The file at `path` as a dependency of an environment; the worker finds it as `staged_name`. Reads the file, as the
// artifact carries its digest. Throws Error if it cannot be read.
org::apache::beam::model::pipeline::v1::ArtifactInformation FileArtifact(const std::string& path,
                                                                         const std::string& staged_name);

// The same of a file whose SHA-256 is known, in lower-case hex: nothing is read.
org::apache::beam::model::pipeline::v1::ArtifactInformation FileArtifact(const std::string& path,
                                                                         const std::string& staged_name,
                                                                         const std::string& sha256);

// What the artifact is to be called where it is fetched to; the program of a pipeline in Go is one, too. Its name comes
// from elsewhere: throws Error if it has none, or if it leads out of a folder.
std::string StagedName(const org::apache::beam::model::pipeline::v1::ArtifactInformation& artifact);

// The SHA-256 that its contents should have, in lower-case hex; empty if it does not say.
std::string DigestOf(const org::apache::beam::model::pipeline::v1::ArtifactInformation& artifact);

// The path of the program that runs.
std::string ExecutablePath();

}  // namespace beam
