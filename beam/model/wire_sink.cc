#include "beam/model/wire_sink.h"

#include <exception>

#include "beam/base/error.h"
#include "beam/base/heavy_fence.h"

namespace beam {

void WireSink::FlushFromOutside() noexcept {
  const std::lock_guard lock(mutex_);
  flush_asked_.store(true, std::memory_order_relaxed);
  // From here on, either this thread sees that the sink is open, or whoever opens it sees the wish and waits.
  if (!internal::HeavyFence() || is_open_.load(std::memory_order_acquire)) return;
  try {
    if (buffer_.size() > 0) Flush();
  } catch (const std::exception& error) {
    flush_error_ = error.what();
  }
  flush_asked_.store(false, std::memory_order_release);
}

void WireSink::OpenAndFlush() {
  is_open_.store(false, std::memory_order_release);
  const std::lock_guard lock(mutex_);
  CheckFlushed();
  flush_asked_.store(false, std::memory_order_relaxed);
  if (buffer_.size() > 0) Flush();
  is_open_.store(true, std::memory_order_relaxed);
}

void WireSink::CheckFlushed() const {
  if (!flush_error_.empty()) throw Error(flush_error_);
}

void WireSink::Restart() {
  buffer_.Clear();
  elements_.Set(0);
  flush_error_.clear();
}

}  // namespace beam
