// What the groupings of a run share: how much memory they may take, and where the rest goes.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace beam {

// The first three are fixed before the run; the others are for any thread.
struct ShuffleMemory {
  std::uint64_t limit_bytes = 0;         // of all that was committed
  std::uint64_t bundle_limit_bytes = 0;  // of what one bundle holds back until it ends
  std::string temp_folder = {};
  std::atomic<std::uint64_t> used_bytes{0};
  std::atomic<std::uint64_t> spilled_bytes{0};
};

}  // namespace beam
