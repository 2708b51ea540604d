// TargetRanges: which files there are among the targets of a run, for stores that list from anywhere
// (FileSystem::ListsFromAnywhere). Folders are nothing to them, so they are asked for the names from the one on that is
// wanted, as many as one request gives: sources and targets come in the same order, and what comes next is known then.
// What is asked for in any order costs a request for each place where nothing is known yet.
//
// Thread-safe. One thread asks the store, others that need to wait for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "beam/io/file_system.h"

namespace klay::internal {

class TargetRanges {
 public:
  // So many names that follow each other are known by one request: what stores give, less the one that it begins
  // behind.
  static constexpr std::int64_t kPage = 999;

  // When the file at `path`, which lies in `root`, a folder with its slash, was last changed, in seconds since 1970;
  // nothing if there is no file there with at least one byte. As of the first look at it. Throws beam::Error.
  std::optional<double> CompletedAt(beam::FileSystem& files, const std::string& root, const std::string& path);

  // How many listings were made.
  std::int64_t listings() const;

 private:
  // The files with paths above where it begins (its key), up to its end.
  struct Range {
    struct File {
      std::uint32_t name;  // where its path begins in `names`; the next one's is where it ends
      double time;
    };
    std::string_view Name(std::size_t i) const;
    std::optional<double> TimeOf(std::string_view path) const;

    std::string end;
    std::string names;
    std::vector<File> files;
    std::uint64_t used = 0;  // when it was, by count
  };

  // Those used last are kept: 500,000 files at most.
  static constexpr std::size_t kMostRanges = 512;

  // What is known of `path`; null if nothing is. With the mutex held.
  Range* Find(const std::string& path);
  void List(beam::FileSystem& files, const std::string& root, const std::string& path);
  void Keep(std::string begin, Range range);

  std::mutex listing_;  // by who asks the store
  mutable std::mutex mutex_;
  std::map<std::string, Range> ranges_;
  std::uint64_t uses_ = 0;
  std::int64_t listings_ = 0;
};

}  // namespace klay::internal
