// Failures of the operating system as sentences.
#pragma once

#include <string>
#include <string_view>

namespace beam::internal {

// `cannot <what> "<path>": <the system's words for error_number>; <what to do about it>`.
std::string ErrnoText(std::string_view what, std::string_view path, int error_number);

// Throws Error with that text.
[[noreturn]] void ThrowErrno(std::string_view what, std::string_view path, int error_number);

}  // namespace beam::internal
