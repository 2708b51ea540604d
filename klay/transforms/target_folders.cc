#include "klay/transforms/target_folders.h"

#include <chrono>
#include <exception>
#include <map>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/io/file_systems.h"

namespace klay::internal {
namespace {

// Of the folder of `path`, with its slash; empty for a name alone.
std::size_t FolderSize(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? 0 : slash + 1;
}

// `root` with its slash, or the store's own ("scheme://bucket/") where `path` does not lie in it.
std::string RootOf(const std::string& path, std::string root) {
  if (!root.empty() && !root.ends_with('/')) root += '/';
  if (!root.empty() && path.starts_with(root)) return root;
  const std::size_t bucket = path.find("://") + 3;
  return path.substr(0, path.find('/', bucket) + 1);
}

}  // namespace

std::shared_ptr<TargetFolders> TargetFolders::Get(Abandoned abandoned) {
  static std::mutex mutex;
  static std::map<Abandoned, std::weak_ptr<TargetFolders>> by_abandoned;
  const std::lock_guard lock(mutex);
  std::weak_ptr<TargetFolders>& current = by_abandoned[abandoned];
  std::shared_ptr<TargetFolders> folders = current.lock();
  if (!folders) current = folders = std::make_shared<TargetFolders>(abandoned);
  return folders;
}

std::string_view TargetFolders::Folder::Name(std::size_t i) const {
  const std::uint64_t end = i + 1 < files.size() ? files[i + 1].name : names.size();
  return std::string_view(names).substr(files[i].name, end - files[i].name);
}

std::shared_ptr<const TargetFolders::Folder> TargetFolders::List(const std::string& folder) const {
  const std::shared_ptr<beam::FileSystem> file_system = beam::FileSystemFor(folder);
  beam::ListOptions options;
  options.recursive = false;
  options.keep = [&](std::string_view path) {
    if (abandoned_ == Abandoned::kLeave || path.substr(folder.size(), 1) != ".") return true;
    return !file_system->RemoveAbandoned(std::string(path));
  };
  auto listed = std::make_shared<Folder>();
  const auto listing = file_system->List(folder, options);
  for (beam::FileMetadata file; listing->Next(file);) {
    if (file.size_in_bytes == 0 || file.path.ends_with('/')) continue;
    listed->files.push_back({listed->names.size(), file.last_updated_in_seconds});
    listed->names.append(file.path, folder.size());
  }
  return listed;
}

TargetFolders::Listing TargetFolders::Find(const std::string& folder) {
  std::promise<std::shared_ptr<const Folder>> promise;
  Listing made = promise.get_future().share();
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_folder_.find(folder); found != by_folder_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return entries_.front().listing;
    }
    DropOld();
    entries_.push_front({folder, made});
    by_folder_[folder] = entries_.begin();
    ++listings_;
  }
  std::exception_ptr failure;
  try {
    promise.set_value(List(folder));
  } catch (const beam::Cancelled&) {
    failure = std::current_exception();
  } catch (const beam::Error& error) {
    failure = std::make_exception_ptr(ListingError(error.what()));
  }
  if (failure == nullptr) return made;
  // Whoever waits for it is told; whoever comes later tries again.
  const std::lock_guard lock(mutex_);
  promise.set_exception(failure);
  if (const auto entry = by_folder_.find(folder); entry != by_folder_.end()) {
    entries_.erase(entry->second);
    by_folder_.erase(entry);
  }
  std::rethrow_exception(failure);
}

void TargetFolders::DropOld() {
  std::size_t files = 0;
  std::size_t folders = 0;
  auto keep_end = entries_.begin();
  for (; keep_end != entries_.end() && folders < kMostFolders; ++keep_end, ++folders) {
    // A listing in progress is never dropped, as its maker looks for it.
    const bool ready = keep_end->listing.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    if (ready) files += keep_end->listing.get()->files.size();
    if (files > kMostFiles && folders > 0) break;
  }
  for (auto entry = keep_end; entry != entries_.end();) {
    if (entry->listing.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      ++entry;
      continue;
    }
    by_folder_.erase(entry->folder);
    entry = entries_.erase(entry);
  }
}

std::optional<double> TargetFolders::CompletedAt(const std::string& path, const std::string& root) {
  const std::shared_ptr<beam::FileSystem> files = beam::FileSystemFor(path);
  try {
    if (files->ListsFromAnywhere(path)) return ranges_.CompletedAt(*files, RootOf(path, root), path);
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const beam::Error& error) {
    throw ListingError(error.what());
  }
  return CompletedInFolder(path);
}

std::optional<double> TargetFolders::CompletedInFolder(const std::string& path) {
  const std::size_t folder_size = FolderSize(path);
  const std::shared_ptr<const Folder> folder = Find(path.substr(0, folder_size)).get();
  const std::string_view name = std::string_view(path).substr(folder_size);
  std::size_t low = 0;
  std::size_t high = folder->files.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (folder->Name(middle) < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == folder->files.size() || folder->Name(low) != name) return std::nullopt;
  return folder->files[low].time;
}

std::int64_t TargetFolders::listings() const {
  const std::lock_guard lock(mutex_);
  return listings_ + ranges_.listings();
}

}  // namespace klay::internal
