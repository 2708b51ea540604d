// How a program, or a worker, ends: with an exit code, and a sentence where it cannot do what it was asked for.
#pragma once

#include <functional>
#include <string>

namespace beam {

inline constexpr int kExitDone = 0;
inline constexpr int kExitRunFailed = 1;
inline constexpr int kExitUsage = 2;

// The exit code that `work` returns. Where it throws, "WHO: what it said" on the standard error, and kExitUsage for a
// UsageError, kExitRunFailed for all others.
int ExitCodeOf(const std::string& who, const std::function<int()>& work);

}  // namespace beam
