// The version of the program: that of the project.
#pragma once

#include "beam/base/version.h"

namespace klay {

using beam::kVersion;

}  // namespace klay
