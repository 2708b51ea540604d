// The version of the project, as CMake and those it talks to know it.
#pragma once

namespace beam {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace beam
