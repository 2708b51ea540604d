// Environments: where an engine finds the workers of a pipeline, and what these can do.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <string>

namespace beam {

using EnvironmentProto = org::apache::beam::model::pipeline::v1::Environment;

// Workers are asked for from the pool at host:port.
EnvironmentProto ExternalEnvironment(const std::string& pool);
// The engine runs `command`, the path of a program, on its own machines.
EnvironmentProto ProcessEnvironment(const std::string& command);

}  // namespace beam
