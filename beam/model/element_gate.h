// ElementGate: how many elements of a bundle are processed: all, unless somebody else takes over the rest of them.
//
// One thread claims elements, one after the other; any other may lower the end, down to what has been claimed.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace beam {

class ElementGate {
 public:
  // By the thread that processes: whether the next element is to be processed here.
  bool Claim() {
    const std::uint64_t before = state_.fetch_add(1, std::memory_order_relaxed);
    if (static_cast<std::uint32_t>(before) < End(before)) return true;
    // Beyond 32 bits nothing is handed over any more, and everything is processed.
    if (End(before) == kNoEnd) {
      state_.fetch_sub(1, std::memory_order_relaxed);
      return true;
    }
    return false;
  }

  // By any thread: how many were claimed so far.
  std::uint32_t claimed() const {
    const std::uint64_t state = state_.load(std::memory_order_relaxed);
    const auto count = static_cast<std::uint32_t>(state);
    return count < End(state) ? count : End(state);
  }
  std::uint32_t end() const { return End(state_.load(std::memory_order_relaxed)); }

  // By any thread: elements from `end` on are not processed. False, and nothing is changed, if that is one that was
  // claimed already, or not before the present end.
  bool Stop(std::uint32_t end) {
    std::uint64_t state = state_.load(std::memory_order_relaxed);
    do {
      if (end < static_cast<std::uint32_t>(state) || end >= End(state)) return false;
    } while (!state_.compare_exchange_weak(state, std::uint64_t{end} << 32 | static_cast<std::uint32_t>(state),
                                           std::memory_order_relaxed));
    return true;
  }

  // For the next bundle. No other thread may be at it.
  void Reset() { state_.store(kStart, std::memory_order_relaxed); }

 private:
  static constexpr std::uint32_t kNoEnd = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint64_t kStart = std::uint64_t{kNoEnd} << 32;

  static std::uint32_t End(std::uint64_t state) { return static_cast<std::uint32_t>(state >> 32); }

  std::atomic<std::uint64_t> state_{kStart};  // the end in the upper half, how many were claimed in the lower
};

}  // namespace beam
