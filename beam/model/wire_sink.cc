#include "beam/model/wire_sink.h"

#include <exception>

#include "beam/base/error.h"

namespace beam {

void WireSink::FlushFromOutside() noexcept {
  const std::lock_guard lock(mutex_);
  Use free = Use::kNone;
  if (!use_.compare_exchange_strong(free, Use::kFlushing, std::memory_order_acquire)) {
    is_flush_asked_.store(true, std::memory_order_relaxed);
    return;
  }
  try {
    if (buffer_.size() > 0) Flush();
  } catch (const std::exception& error) {
    flush_error_ = error.what();
  }
  use_.store(Use::kNone, std::memory_order_release);
}

void WireSink::WaitToOpen() {
  const std::lock_guard lock(mutex_);
  CheckFlushed();
  use_.store(Use::kWriting, std::memory_order_relaxed);
}

void WireSink::CheckFlushed() const {
  if (!flush_error_.empty()) throw Error(flush_error_);
}

void WireSink::Restart() {
  buffer_.Clear();
  elements_.Set(0);
  flush_error_.clear();
  is_flush_asked_.store(false, std::memory_order_relaxed);
  use_.store(Use::kNone, std::memory_order_relaxed);
}

}  // namespace beam
