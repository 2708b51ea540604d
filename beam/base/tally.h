// Tally: a number that one thread writes, and any other may look at meanwhile. It costs what a plain number costs.
#pragma once

#include <atomic>
#include <cstdint>

namespace beam {

class Tally {
 public:
  constexpr Tally(std::int64_t value = 0) : value_(value) {}  // NOLINT(google-explicit-constructor): it is a number

  // By any thread.
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

  // By the thread that writes.
  void Set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(std::int64_t n) { Set(value() + n); }

 private:
  std::atomic<std::int64_t> value_;
};

}  // namespace beam
