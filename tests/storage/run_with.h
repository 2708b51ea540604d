// klay-beam in an environment that a test makes.
#pragma once

#include <string>
#include <vector>

#include "tests/cli/klay_beam_program.h"

namespace klay {

// With a changed environment: "NAME=value" each, and without the names in `unset`.
ProgramResult RunWith(const std::vector<std::string>& environment, const std::vector<std::string>& unset,
                      const std::vector<std::string>& arguments);

// The names of all variables of this process that tell clients of S3 and Azure who asks, and where.
std::vector<std::string> StoreVariables();

}  // namespace klay
