// The environment of this process.
#pragma once

#include <cstdlib>
#include <string>

namespace beam::internal {

// The value of a variable; empty without it.
inline std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace beam::internal
