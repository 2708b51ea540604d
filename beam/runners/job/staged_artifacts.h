// The files that a pipeline takes along to workers elsewhere.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "beam/portable/environment.h"

namespace beam {

// The files of --files_to_stage by the names under which steps find them. Throws UsageError for one that cannot be
// read, and for two of one name.
std::map<std::string, std::string> FilesByName(const std::vector<std::string>& paths);

// Adds to `environment`, as artifacts, the program of its workers and the files at these paths. `sdk_location` is
// "default": the program that runs; "container": none, as workers have theirs; or a path. Throws UsageError for what
// cannot be read.
void AddArtifacts(const std::string& sdk_location, const std::vector<std::string>& files_to_stage,
                  EnvironmentProto& environment);

}  // namespace beam
