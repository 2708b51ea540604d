#include "beam/harness/inbox.h"

#include <utility>

#include "beam/base/error.h"

namespace beam {

void Inbox::Deliver(Piece piece) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !has_begun_ || bytes_ < kMostBytes || is_discarding_ || !error_.empty(); });
  if (is_discarding_) return;
  bytes_ += piece.bytes.size();
  pieces_.push_back(std::move(piece));
  changed_.notify_all();
}

void Inbox::Close(const std::string& error) {
  const std::lock_guard lock(mutex_);
  if (error_.empty()) error_ = error;
  changed_.notify_all();
}

void Inbox::Begin() {
  const std::lock_guard lock(mutex_);
  has_begun_ = true;
}

Inbox::Piece Inbox::Take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !pieces_.empty() || !error_.empty(); });
  if (pieces_.empty()) throw Error("the engine's elements ended before the bundle did: " + error_);
  Piece piece = std::move(pieces_.front());
  pieces_.pop_front();
  bytes_ -= piece.bytes.size();
  changed_.notify_all();
  return piece;
}

void Inbox::Discard() {
  const std::lock_guard lock(mutex_);
  is_discarding_ = true;
  pieces_.clear();
  bytes_ = 0;
  changed_.notify_all();
}

}  // namespace beam
