// Bundle: a run of elements that one thread processes and commits together. What its thread has not begun can be taken
// away by another thread, so that one slow element does not hold those behind it.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "beam/model/element_type.h"

namespace beam {

// A part of a chunk. The last two are of an element whose step resumes: where it goes on, and how its outputs are
// numbered at each sink of the stage.
struct WorkRange {
  std::shared_ptr<const Chunk> chunk;
  std::size_t begin = 0;
  std::size_t end = 0;
  int attempts = 0;  // that failed
  std::string resume_token;
  std::vector<ElementOrder> sink_positions;

  std::size_t size() const { return end - begin; }
  // Takes the first `n` off.
  WorkRange TakeFront(std::size_t n);
};

class Bundle {
 public:
  Bundle(int stage, std::deque<WorkRange> ranges);

  int stage() const { return stage_; }

  // By the thread that processes it: the next elements, at most `n`; false if there are none left.
  bool Claim(std::size_t n, WorkRange& claimed);

  // By any thread: takes away what was not begun; `keep_half` leaves the bundle the nearer half of it.
  std::deque<WorkRange> TakeRest(bool keep_half);
  // Of elements not begun.
  std::size_t remaining() const;

  // What was claimed, for a new try. By the thread that processes it.
  std::deque<WorkRange> TakeClaimed() { return std::move(claimed_); }
  std::size_t claimed_size() const { return claimed_size_; }

 private:
  const int stage_;
  mutable std::mutex mutex_;
  std::deque<WorkRange> ranges_;  // guarded by mutex_
  std::size_t remaining_ = 0;     // guarded by mutex_
  std::deque<WorkRange> claimed_;
  std::size_t claimed_size_ = 0;
};

}  // namespace beam
