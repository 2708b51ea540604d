#include "beam/runners/direct/bundle.h"

#include <algorithm>

namespace beam {

WorkRange WorkRange::TakeFront(std::size_t n) {
  WorkRange front = *this;
  front.end = begin + n;
  begin += n;
  return front;
}

Bundle::Bundle(int stage, std::deque<WorkRange> ranges) : stage_(stage), ranges_(std::move(ranges)) {
  for (const WorkRange& range : ranges_) remaining_ += range.size();
}

bool Bundle::Claim(std::size_t n, WorkRange& claimed) {
  {
    const std::lock_guard lock(mutex_);
    if (ranges_.empty()) return false;
    WorkRange& front = ranges_.front();
    if (front.size() <= n) {
      claimed = std::move(front);
      ranges_.pop_front();
    } else {
      claimed = front.TakeFront(n);
    }
    remaining_ -= claimed.size();
  }
  claimed_size_ += claimed.size();
  if (!claimed_.empty() && claimed_.back().chunk == claimed.chunk && claimed_.back().end == claimed.begin) {
    claimed_.back().end = claimed.end;
  } else {
    claimed_.push_back(claimed);
  }
  return true;
}

std::deque<WorkRange> Bundle::TakeRest(bool keep_half) {
  const std::lock_guard lock(mutex_);
  std::size_t keep = keep_half ? remaining_ / 2 : 0;
  std::deque<WorkRange> kept;
  while (keep > 0) {
    WorkRange& front = ranges_.front();
    const std::size_t n = std::min(keep, front.size());
    kept.push_back(front.TakeFront(n));
    if (front.size() == 0) ranges_.pop_front();
    keep -= n;
    remaining_ -= n;
  }
  std::swap(kept, ranges_);
  remaining_ = 0;
  for (const WorkRange& range : ranges_) remaining_ += range.size();
  return kept;
}

std::size_t Bundle::remaining() const {
  const std::lock_guard lock(mutex_);
  return remaining_;
}

}  // namespace beam
