// WireSink: where encoded elements gather on their way to an engine. They leave when there are many of them, or when
// some other thread finds that they have waited long enough, even if the step that makes them is slow.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "beam/base/bytes.h"
#include "beam/base/tally.h"
#include "beam/coder/windowed_value.h"

namespace beam {

// One thread, but for what is said to be for any.
class WireSink {
 public:
  explicit WireSink(WindowCoding windows, std::size_t flush_bytes) : windows_(windows), flush_bytes_(flush_bytes) {}
  virtual ~WireSink() = default;

  WindowCoding windows() const { return windows_; }

  // An element is written to the buffer between Open() and Added(), and at no other time. It costs one atomic exchange:
  // a lock would cost two. After an exception in between the sink is of no use before Restart().
  void Open() {
    Use free = Use::kNone;
    if (!use_.compare_exchange_strong(free, Use::kWriting, std::memory_order_acquire)) WaitToOpen();
  }
  Writer& buffer() { return buffer_; }
  void Added() {
    elements_.Add(1);
    if (buffer_.size() >= flush_bytes_ || is_flush_asked_.load(std::memory_order_relaxed)) {
      is_flush_asked_.store(false, std::memory_order_relaxed);
      Flush();
    }
    use_.store(Use::kNone, std::memory_order_release);
  }

  // By any thread: what has gathered leaves now, or, if an element is being written, behind it or a later one. What
  // goes wrong is told to the thread that writes, by CheckFlushed().
  void FlushFromOutside() noexcept;

  // By any thread: the elements since Restart().
  std::int64_t elements() const { return elements_.value(); }

 protected:
  // Sends what the buffer holds, which is not empty, and empties it. Throws Error. By one thread at a time.
  virtual void Flush() = 0;

  // Keeps FlushFromOutside() out while it is held. Not to be locked between Open() and Added().
  std::mutex& mutex() { return mutex_; }
  // Throws Error if a flush from outside has failed. With the mutex.
  void CheckFlushed() const;
  // Begins to count anew, with an empty buffer. With the mutex.
  void Restart();

 private:
  enum class Use : std::uint8_t { kNone, kWriting, kFlushing };  // the latter only with the mutex

  void WaitToOpen();

  const WindowCoding windows_;
  const std::size_t flush_bytes_;
  std::atomic<Use> use_{Use::kNone};  // of all below, but for the mutex
  std::atomic<bool> is_flush_asked_{false};
  Tally elements_;
  Writer buffer_;
  std::mutex mutex_;
  std::string flush_error_;
};

}  // namespace beam
