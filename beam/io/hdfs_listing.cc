#include "beam/io/hdfs_listing.h"

#include <algorithm>
#include <utility>

namespace beam::internal {

HdfsListing::HdfsListing(std::shared_ptr<WebHdfs> hdfs, std::string prefix, ListOptions options)
    : hdfs_(std::move(hdfs)), prefix_(std::move(prefix)), options_(std::move(options)) {}

bool HdfsListing::IsWanted(const std::string& path, bool is_folder) const {
  if (!path.starts_with(prefix_)) return false;
  if (is_folder && options_.recursive) {
    const bool is_over = path <= options_.start_after && !options_.start_after.starts_with(path);
    return !is_over && (!options_.descend || options_.descend(path));
  }
  return path > options_.start_after && (!options_.keep || options_.keep(path));
}

HdfsListing::Folder HdfsListing::Read(std::string path) const {
  Folder folder;
  folder.path = std::move(path);
  const HdfsTarget target = hdfs_->Target("list the folder", folder.path);
  std::string start_after;
  for (bool more = true; more;) {
    HdfsPage page;
    try {
      page = hdfs_->List(target, start_after);
    } catch (const HdfsError& error) {
      if (!error.is_absence()) throw;  // else there is none, or it was deleted meanwhile
    }
    // A file lists itself, without a name.
    if (page.entries.empty() || page.entries.front().name.empty()) break;
    more = page.more;
    start_after = page.entries.back().name;
    for (HdfsEntry& entry : page.entries) {
      const bool is_folder = entry.kind == HdfsEntry::Kind::kFolder;
      if (is_folder) entry.name += '/';
      if (IsWanted(folder.path + entry.name, is_folder)) folder.entries.push_back(std::move(entry));
    }
  }
  std::sort(folder.entries.begin(), folder.entries.end(),
            [](const HdfsEntry& a, const HdfsEntry& b) { return a.name < b.name; });
  return folder;
}

bool HdfsListing::Next(FileMetadata& entry) {
  if (!std::exchange(begun_, true)) folders_.push_back(Read(prefix_.substr(0, prefix_.rfind('/') + 1)));
  while (!folders_.empty()) {
    Folder& folder = folders_.back();
    if (folder.next == folder.entries.size()) {
      folders_.pop_back();
      continue;
    }
    HdfsEntry& found = folder.entries[folder.next++];
    std::string path = folder.path + found.name;
    const bool is_folder = found.kind == HdfsEntry::Kind::kFolder;
    if (is_folder && options_.recursive) {
      folders_.push_back(Read(std::move(path)));
      continue;
    }
    entry = {std::move(path), found.size, is_folder ? 0 : found.last_updated_in_seconds};
    return true;
  }
  return false;
}

}  // namespace beam::internal
