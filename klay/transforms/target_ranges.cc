#include "klay/transforms/target_ranges.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <utility>

namespace klay::internal {
namespace {

// A text that is below `path`, with hardly a name between them: a listing begins behind a text, and is to give `path`.
std::string JustBelow(std::string path) {
  // Texts that stores take are UTF-8, and not of control characters.
  if (path.back() > ' ' + 1 && path.back() <= '~') {
    --path.back();
    return path + '~';
  }
  const auto is_inner = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  while (path.size() > 1 && is_inner(path.back())) path.pop_back();
  path.pop_back();
  return path;
}

// Above all that is in `root`, and below all else that is above it.
std::string EndOf(std::string root) {
  ++root.back();  // of '/'
  return root;
}

}  // namespace

std::string_view TargetRanges::Range::Name(std::size_t i) const {
  const std::size_t end = i + 1 < files.size() ? files[i + 1].name : names.size();
  return std::string_view(names).substr(files[i].name, end - files[i].name);
}

std::size_t TargetRanges::Range::UpTo(std::string_view path) const {
  const auto behind = std::partition_point(files.begin(), files.end(), [&](const File& file) {
    return Name(static_cast<std::size_t>(&file - files.data())) <= path;
  });
  return static_cast<std::size_t>(behind - files.begin());
}

std::optional<double> TargetRanges::Range::Look(std::string_view path) {
  const std::size_t count = UpTo(path);
  furthest = std::max(furthest.value_or(0), count);
  if (count == 0 || Name(count - 1) != path) return std::nullopt;
  return files[count - 1].time;
}

std::optional<double> TargetRanges::CompletedAt(beam::FileSystem& files, const std::string& root,
                                                const std::string& path) {
  std::unique_lock lock(mutex_);
  Range* range = nullptr;
  while ((range = Find(path)) == nullptr) {
    Gap gap = Unknown(root, path);
    if (WaitForOthers(gap.begin, path, lock)) continue;
    const auto asked = asked_.insert(gap.begin).first;
    ++listings_;
    lock.unlock();
    Range listed;
    std::exception_ptr failure;
    try {
      listed = List(files, root, gap, path);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    asked_.erase(asked);
    changed_.notify_all();
    if (failure) std::rethrow_exception(failure);
    // A guess may end before the path.
    const std::string place = gap.is_guess ? gap.begin : path;
    Keep(std::move(gap.begin), std::move(listed), place);
  }
  return range->Look(path);
}

bool TargetRanges::WaitForOthers(const std::string& begin, const std::string& path,
                                 std::unique_lock<std::mutex>& lock) {
  if (asked_.empty()) return false;
  // What is on its way counts as if it were for nothing.
  const bool is_cheap = (known_ + asked_.size() * kPage) * kMostKnownIsOneOf < came_;
  if (is_cheap && asked_.size() < kMostAtOnce && !asked_.contains(begin)) return false;
  const auto behind = asked_.upper_bound(path);
  const std::string nearest = behind == asked_.begin() ? *behind : *std::prev(behind);
  changed_.wait(lock, [&] { return !asked_.contains(nearest); });
  return true;
}

TargetRanges::Range* TargetRanges::Find(const std::string& path) {
  const auto behind = ranges_.lower_bound(path);
  if (behind == ranges_.begin()) return nullptr;
  Range& range = std::prev(behind)->second;
  if (path > range.end) return nullptr;
  range.used = ++uses_;
  return &range;
}

TargetRanges::Gap TargetRanges::Unknown(const std::string& root, const std::string& path) const {
  Gap gap{.begin = JustBelow(path), .end = EndOf(root)};
  const auto next = ranges_.lower_bound(path);
  if (next != ranges_.end()) gap.end = std::min(gap.end, next->first);
  if (next == ranges_.begin()) return gap;
  const Range& before = std::prev(next)->second;
  if (before.end >= gap.begin) {
    gap.begin = before.end;
  } else if (before.end.starts_with(root) && IsBeingLeft(before)) {
    // Unless somebody asks for what lies between already.
    const auto between = asked_.lower_bound(before.end);
    gap.is_guess = between == asked_.end() || *between > path;
    if (gap.is_guess) gap.begin = before.end;
  }
  return gap;
}

bool TargetRanges::IsBeingLeft(const Range& range) const {
  return range.furthest && range.files.size() - *range.furthest < kNear && uses_ - range.used < kNear;
}

TargetRanges::Range TargetRanges::List(beam::FileSystem& files, const std::string& root, const Gap& gap,
                                       const std::string& path) {
  Range range;
  range.end = gap.end;
  beam::ListOptions options;
  options.start_after = gap.begin;
  options.look_ahead = false;
  const std::unique_ptr<beam::FileListing> listing = files.List(root, options);
  std::int64_t taken = 0;
  for (beam::FileMetadata file; listing->Next(file) && file.path <= range.end;) {
    if (file.size_in_bytes > 0) {
      range.files.push_back({static_cast<std::uint32_t>(range.names.size()), file.last_updated_in_seconds});
      range.names += file.path;
    }
    if (++taken >= kPage && (gap.is_guess || file.path >= path)) {
      range.end = std::move(file.path);
      break;
    }
  }
  return range;
}

void TargetRanges::Keep(std::string begin, Range range, const std::string& place) {
  // What is known stays as it was.
  const auto next = ranges_.lower_bound(place);
  if (next != ranges_.end()) range.end = std::min(range.end, next->first);
  if (next != ranges_.begin()) begin = std::max(begin, std::prev(next)->second.end);
  const std::size_t added = begin < range.end ? range.UpTo(range.end) - range.UpTo(begin) : 0;
  came_ += range.files.size();
  known_ += range.files.size() - added;
  if (begin >= range.end) return;
  if (ranges_.size() >= kMostRanges) {
    ranges_.erase(std::min_element(ranges_.begin(), ranges_.end(),
                                   [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
  }
  range.used = ++uses_;
  ranges_.insert_or_assign(std::move(begin), std::move(range));
}

std::int64_t TargetRanges::listings() const {
  const std::lock_guard lock(mutex_);
  return listings_;
}

}  // namespace klay::internal
