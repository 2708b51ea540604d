#include "beam/base/memory_budget.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/base/error.h"

namespace beam {

MemoryBudget::Reservation::Reservation(Reservation&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

MemoryBudget::Reservation& MemoryBudget::Reservation::operator=(Reservation&& other) noexcept {
  std::swap(budget_, other.budget_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

MemoryBudget::Reservation::~Reservation() {
  if (budget_ != nullptr) budget_->Release(bytes_);
}

MemoryBudget::Reservation MemoryBudget::Reserve(std::uint64_t bytes, std::string_view what) {
  std::unique_lock lock(mutex_);
  const std::uint64_t ticket = next_ticket_++;
  const auto leave_queue = [&] {
    ++serving_;
    freed_.notify_all();
  };
  for (;;) {
    // A turn is only ever left at the head of the queue, so that the ones behind keep their order.
    if (ticket == serving_) {
      if (bytes > limit_) {
        leave_queue();
        throw Error(std::string(what) + " needs " + std::to_string(bytes) + " bytes of memory, more than the budget of "
                    + std::to_string(limit_) + " bytes: raise --max_memory");
      }
      if (CancelRequested()) {
        leave_queue();
        throw Cancelled();
      }
      if (used_ + bytes <= limit_) {
        used_ += bytes;
        leave_queue();
        return {this, bytes};
      }
    }
    freed_.wait_for(lock, std::chrono::milliseconds(100));  // the time-out is for CancelRequested()
  }
}

std::uint64_t MemoryBudget::limit() const {
  const std::lock_guard lock(mutex_);
  return limit_;
}

std::uint64_t MemoryBudget::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

void MemoryBudget::SetLimit(std::uint64_t limit_bytes) {
  const std::lock_guard lock(mutex_);
  limit_ = limit_bytes;
  freed_.notify_all();
}

void MemoryBudget::Release(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  used_ -= bytes;
  freed_.notify_all();
}

MemoryBudget& MemoryBudget::Process() {
  static auto* budget = new MemoryBudget(MachineMemoryBytes() / 2);
  return *budget;
}

std::uint64_t MachineMemoryBytes() {
  std::uint64_t bytes =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  for (const char* limit_file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream in(limit_file);
    std::uint64_t limit = 0;
    if (in >> limit && limit > 0) bytes = std::min(bytes, limit);
  }
  return bytes;
}

}  // namespace beam
