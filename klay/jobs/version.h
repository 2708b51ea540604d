// The version of the program; that of the CMake project.
#pragma once

namespace klay {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace klay
