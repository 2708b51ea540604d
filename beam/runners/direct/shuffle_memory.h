// What the groupings of a run share: how much memory they may take, and where the rest goes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "beam/runners/direct/temp_file.h"

namespace beam {

// The first three are fixed before the run; the others are for any thread.
struct ShuffleMemory {
  std::uint64_t limit_bytes = 0;         // of all that was committed
  std::uint64_t bundle_limit_bytes = 0;  // of what one bundle holds back until it ends
  std::shared_ptr<TempFile> temp_file = std::make_shared<TempFile>("");
  std::atomic<std::uint64_t> used_bytes{0};
  std::atomic<std::uint64_t> spilled_bytes{0};
};

}  // namespace beam
