// The flags of Beam's other SDKs that mean nothing here. Each is refused with what to do instead, so that nobody takes
// them for heeded.
#pragma once

#include "beam/runners/options_set.h"

namespace beam {

void RefuseFlagsOfOtherSdks(FlagSet& flags);

}  // namespace beam
