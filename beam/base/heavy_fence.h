// A memory fence of all threads of the process at once, so that what happens often needs none:
//
//   often:    mine = true;  compiler fence;  if (asked) ...      seldom:    asked = true;  HeavyFence();  if (mine) ...
//
// One of the two sees what the other has written. It costs the seldom side some microseconds.
// Source: membarrier(2), MEMBARRIER_CMD_PRIVATE_EXPEDITED.
#pragma once

namespace beam::internal {

// False where the kernel does not have it: then nothing was fenced. Thread-safe.
bool HeavyFence() noexcept;

}  // namespace beam::internal
