// What a fuzzer takes for granted: where it does not hold, the input is kept.
#pragma once

#include <cstdlib>

namespace beam::fuzzing {

inline void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace beam::fuzzing
