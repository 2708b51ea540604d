// Environments: where an engine finds the workers of a pipeline, and what these can do.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <string>

#include "beam/model/resource_hints.h"

namespace beam {

using EnvironmentProto = org::apache::beam::model::pipeline::v1::Environment;

// Workers are asked for from the pool at host:port.
EnvironmentProto ExternalEnvironment(const std::string& pool);
// The engine starts a program on its own machines. `config` is its path, or, as Beam's other SDKs have it, JSON:
//   {"os": "linux", "arch": "amd64", "command": "/opt/worker", "env": {"NAME": "value"}}
// of which only the command must be there. Throws UsageError for JSON that is something else.
EnvironmentProto ProcessEnvironment(const std::string& config);
// The engine starts containers of this image, whose entry point is the worker.
EnvironmentProto DockerEnvironment(const std::string& image);
// It is the engine's business. What a pipeline has that no engine is to run.
EnvironmentProto DefaultEnvironment();

// To an environment, the hints that are given.
void AddHints(const ResourceHints& hints, EnvironmentProto& environment);

}  // namespace beam
