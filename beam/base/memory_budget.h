// MemoryBudget: admission of big allocations. Whoever is about to take much memory reserves it first and waits its
// turn.
//
// Thread-safe. Reservations are granted in the order of asking, so a large one is not starved by small ones. A
// reservation that exceeds the whole budget can never be granted and is refused at once, by name.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace beam {

class MemoryBudget {
 public:
  // Releases its bytes when destroyed. Movable; the budget must outlive it.
  class Reservation {
   public:
    Reservation() = default;
    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&& other) noexcept;
    ~Reservation();

    std::uint64_t bytes() const { return bytes_; }

   private:
    friend class MemoryBudget;
    Reservation(MemoryBudget* budget, std::uint64_t bytes) : budget_(budget), bytes_(bytes) {}

    MemoryBudget* budget_ = nullptr;
    std::uint64_t bytes_ = 0;
  };

  explicit MemoryBudget(std::uint64_t limit_bytes) : limit_(limit_bytes) {}

  // Waits until `bytes` are free, then takes them. Throws Error, naming `what`, if they exceed the limit, and Cancelled
  // if the run is asked to stop while waiting.
  Reservation Reserve(std::uint64_t bytes, std::string_view what);

  std::uint64_t limit() const;
  std::uint64_t used() const;

  // Changes the limit; waiting reservations are looked at again. What is already granted stays granted.
  void SetLimit(std::uint64_t limit_bytes);

  // The budget of this process for decoded data. Its limit starts as half of the machine's (or the cgroup's) memory.
  static MemoryBudget& Process();

 private:
  void Release(std::uint64_t bytes);

  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::uint64_t limit_;
  std::uint64_t used_ = 0;
  std::uint64_t next_ticket_ = 0;
  std::uint64_t serving_ = 0;
};

// The memory this process may use: the machine's, or the cgroup's limit where that is lower.
std::uint64_t MachineMemoryBytes();

}  // namespace beam
