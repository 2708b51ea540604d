#include "beam/io/parked_cursors.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace beam::internal {
namespace {

constexpr std::size_t kMostParked = 64;

}  // namespace

std::shared_ptr<ParkedCursors> ParkedCursors::Get() {
  static std::mutex mutex;
  static std::weak_ptr<ParkedCursors> current;
  const std::lock_guard lock(mutex);
  std::shared_ptr<ParkedCursors> cursors = current.lock();
  if (!cursors) current = cursors = std::make_shared<ParkedCursors>();
  return cursors;
}

std::unique_ptr<MatchCursor> ParkedCursors::Take(const std::string& pattern, const std::string& token,
                                                 EmptyMatchTreatment empty) {
  if (!token.empty()) {
    const std::lock_guard lock(mutex_);
    const auto parked = std::find_if(parked_.begin(), parked_.end(), [&](const Parked& p) {
      return p.token == token && p.pattern == pattern && p.empty == empty;
    });
    if (parked != parked_.end()) {
      std::unique_ptr<MatchCursor> cursor = std::move(parked->cursor);
      parked_.erase(parked);
      return cursor;
    }
  }
  return std::make_unique<MatchCursor>(pattern, token, empty);
}

void ParkedCursors::Park(const std::string& pattern, const std::string& token, EmptyMatchTreatment empty,
                         std::unique_ptr<MatchCursor> cursor) {
  std::list<Parked> dropped;  // destroyed outside the lock: that waits for threads
  const std::lock_guard lock(mutex_);
  parked_.push_back({pattern, token, empty, std::move(cursor)});
  if (parked_.size() > kMostParked) dropped.splice(dropped.begin(), parked_, parked_.begin());
}

}  // namespace beam::internal
