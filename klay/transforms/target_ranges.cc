#include "klay/transforms/target_ranges.h"

#include <algorithm>
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

std::optional<double> TargetRanges::Range::TimeOf(std::string_view path) const {
  const auto file = std::partition_point(files.begin(), files.end(), [&](const File& other) {
    return Name(static_cast<std::size_t>(&other - files.data())) < path;
  });
  const auto at = static_cast<std::size_t>(file - files.begin());
  if (file == files.end() || Name(at) != path) return std::nullopt;
  return file->time;
}

std::optional<double> TargetRanges::CompletedAt(beam::FileSystem& files, const std::string& root,
                                                const std::string& path) {
  const auto known = [&](std::optional<double>& time) {
    const std::lock_guard lock(mutex_);
    Range* const range = Find(path);
    if (range != nullptr) time = range->TimeOf(path);
    return range != nullptr;
  };
  std::optional<double> time;
  if (known(time)) return time;
  const std::lock_guard lock(listing_);
  // Meanwhile another thread may have asked.
  while (!known(time)) List(files, root, path);
  return time;
}

TargetRanges::Range* TargetRanges::Find(const std::string& path) {
  const auto behind = ranges_.lower_bound(path);
  if (behind == ranges_.begin()) return nullptr;
  Range& range = std::prev(behind)->second;
  if (path > range.end) return nullptr;
  range.used = ++uses_;
  return &range;
}

void TargetRanges::List(beam::FileSystem& files, const std::string& root, const std::string& path) {
  std::string begin = JustBelow(path);
  Range range;
  range.end = EndOf(root);
  {
    const std::lock_guard lock(mutex_);
    ++listings_;
    const auto next = ranges_.lower_bound(path);
    if (next != ranges_.end()) range.end = std::min(range.end, next->first);
    if (next != ranges_.begin()) begin = std::max(begin, std::prev(next)->second.end);
  }
  beam::ListOptions options;
  options.start_after = begin;
  options.look_ahead = false;
  const std::unique_ptr<beam::FileListing> listing = files.List(root, options);
  std::int64_t taken = 0;
  for (beam::FileMetadata file; listing->Next(file) && file.path <= range.end;) {
    if (file.size_in_bytes > 0) {
      range.files.push_back({static_cast<std::uint32_t>(range.names.size()), file.last_updated_in_seconds});
      range.names += file.path;
    }
    if (++taken >= kPage && file.path >= path) {
      range.end = std::move(file.path);
      break;
    }
  }
  Keep(std::move(begin), std::move(range));
}

void TargetRanges::Keep(std::string begin, Range range) {
  const std::lock_guard lock(mutex_);
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
