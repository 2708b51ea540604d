// What a worker's boot program leaves for the program that takes its place: the provisions of the engine, in
// environment variables. Those of Beam's Go SDK, so that either's boot program starts the other's workers:
//
//   PIPELINE_OPTIONS_FILE  the path of the pipeline's options, as JSON
//   RUNNER_CAPABILITIES    what the engine can, with a space between
//   STATUS_ENDPOINT        HOST:PORT
//
// and, from this program to itself, BEAM_PROVISION_INFO_FILE: the path of the whole ProvisionInfo. These files lie in
// memory and are inherited, so that nobody needs a folder for them, or removes them.
#pragma once

#include <optional>

#include "beam/harness/provision.h"

namespace beam {

// For the program that this one becomes, and for those that it starts. Throws Error.
void LeaveProvisions(const ProvisionInfo& info);

enum class ToldBy { kEngine, kThisProgram, kAnotherBoot };

struct Provisions {
  ProvisionInfo info;
  ToldBy by;
};

// Nothing where nobody has left any. Throws Error if they cannot be read.
std::optional<Provisions> FindLeftProvisions();

}  // namespace beam
