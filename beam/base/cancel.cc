#include "beam/base/cancel.h"

#include <atomic>

#include "beam/base/error.h"

namespace beam {
namespace {

std::atomic<bool> cancel_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "RequestCancel() is called from signal handlers");

}  // namespace

void RequestCancel() noexcept { cancel_requested.store(true, std::memory_order_relaxed); }
void ResetCancel() noexcept { cancel_requested.store(false, std::memory_order_relaxed); }
bool CancelRequested() noexcept { return cancel_requested.load(std::memory_order_relaxed); }

void ThrowIfCancelled() {
  if (CancelRequested()) throw Cancelled();
}

}  // namespace beam
