#include "beam/io/local_listing.h"

#include <utility>

#include "beam/base/cancel.h"

namespace beam::internal {
namespace {

// How far helpers work ahead. Enough to keep a few requests to a slow disk in flight, little enough to stay flat.
constexpr std::size_t kWindow = 64;
constexpr std::size_t kNamesAhead = 1 << 16;
constexpr std::size_t kHelpers = 3;

// Below this many pieces of work a listing is over before a thread has started.
constexpr std::size_t kWorthHelping = 4;

bool IsDone(const FolderPiece& piece) {
  return piece.kind == FolderPiece::Kind::kEntries || piece.kind == FolderPiece::Kind::kError;
}

}  // namespace

LocalListing::LocalListing(const std::string& prefix, ListOptions options) : reader_(prefix, std::move(options)) {
  pieces_.push_back(reader_.Root());
}

LocalListing::~LocalListing() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

bool LocalListing::Next(FileMetadata& entry) {
  while (next_in_batch_ == batch_.size()) {
    ThrowIfCancelled();  // a long listing may have no entry that is kept
    std::unique_lock lock(mutex_);
    if (stop_ || pieces_.empty()) return false;
    FolderPiece& front = pieces_.front();
    if (front.claimed) {
      changed_.wait(lock, [&] { return pieces_.empty() || !pieces_.front().claimed; });
    } else if (front.kind == FolderPiece::Kind::kEntries) {
      batch_ = std::move(front.entries);
      next_in_batch_ = 0;
      pieces_.pop_front();
      changed_.notify_all();
    } else if (front.kind == FolderPiece::Kind::kError) {
      stop_ = true;  // the pieces stay until the helpers have gone: they may be working on some
      changed_.notify_all();
      std::rethrow_exception(front.error);
    } else {
      front.claimed = true;
      lock.unlock();
      Pieces finer = Expand(front);
      lock.lock();
      pieces_.pop_front();
      pieces_.splice(pieces_.begin(), finer);
      StartHelpersIfUseful();
      changed_.notify_all();
    }
  }
  entry = std::move(batch_[next_in_batch_++]);
  return true;
}

// Never throws what the work threw: an error keeps its place in the order.
LocalListing::Pieces LocalListing::Expand(FolderPiece& piece) const {
  try {
    return reader_.Expand(piece);
  } catch (...) {
    Pieces failed;
    failed.push_back({FolderPiece::Kind::kError});
    failed.back().error = std::current_exception();
    return failed;
  }
}

void LocalListing::StartHelpersIfUseful() {
  if (!helpers_.empty() || pieces_.size() < kWorthHelping) return;
  for (std::size_t i = 0; i < kHelpers; ++i) helpers_.emplace_back([this] { Help(); });
}

LocalListing::Pieces::iterator LocalListing::FindWorkAhead() {
  const bool may_read_folders = reader_.names_held() < kNamesAhead;
  std::size_t distance = 0;
  for (auto piece = pieces_.begin(); piece != pieces_.end() && distance < kWindow; ++piece, ++distance) {
    if (piece->claimed || IsDone(*piece)) continue;
    if (piece->kind == FolderPiece::Kind::kFolder && !may_read_folders) continue;
    return piece;
  }
  return pieces_.end();
}

void LocalListing::Help() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const Pieces::iterator piece = FindWorkAhead();
    if (piece == pieces_.end()) {
      changed_.wait(lock);
      continue;
    }
    piece->claimed = true;
    lock.unlock();
    Pieces finer = Expand(*piece);
    lock.lock();
    if (stop_) return;
    pieces_.splice(piece, finer);
    pieces_.erase(piece);
    changed_.notify_all();
  }
}

}  // namespace beam::internal
