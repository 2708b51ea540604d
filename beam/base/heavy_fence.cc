#include "beam/base/heavy_fence.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace beam::internal {
namespace {

bool Call(int command) noexcept { return syscall(SYS_membarrier, command, 0, 0) == 0; }

}  // namespace

bool HeavyFence() noexcept {
  static const bool is_registered = Call(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
  return is_registered && Call(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

}  // namespace beam::internal
