// TargetRanges: which files there are among the targets of a run, for stores that list from anywhere
// (FileSystem::ListsFromAnywhere). Folders are nothing to them, so they are asked for the names from the one on that is
// wanted, as many as one request gives: sources and targets come in the same order, and what comes next is known then.
// What is asked for in any order costs a request for each place where nothing is known yet.
//
// Thread-safe. Threads ask the store side by side as long as each is told what the others are not, as it is for those
// that have batches; otherwise one of them asks, and the others wait for it. Where they go on behind what is known, the
// first of them asks from there on, so that those with names before its own need no requests of theirs.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beam/io/file_system.h"

namespace klay::internal {

class TargetRanges {
 public:
  // So many names that follow each other are known by one request: what stores give, less the one that it begins
  // behind.
  static constexpr std::int64_t kPage = 999;
  // Of so many files that came, one at most may have been known already, or requests are no longer made side by side.
  static constexpr std::size_t kMostKnownIsOneOf = 16;

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
    // How many files there are up to this path, itself among them.
    std::size_t UpTo(std::string_view path) const;
    // What CompletedAt() says of a path in it.
    std::optional<double> Look(std::string_view path);

    std::string end;
    std::string names;
    std::vector<File> files;
    std::uint64_t used = 0;                    // when it was, by count
    std::optional<std::size_t> furthest = {};  // how many files there are up to the last path that was looked for
  };
  // What is to be asked for: the names behind `begin`, up to `end`.
  struct Gap {
    std::string begin;
    std::string end;
    // Begins where others go on, which may be far before what is wanted: a page tells whether it is.
    bool is_guess = false;
  };

  static constexpr std::size_t kMostAtOnce = 4;
  // Of threads that go through names in order, none is further behind the others than by so many.
  static constexpr std::size_t kNear = 64;
  // Those used last are kept: 500,000 files at most.
  static constexpr std::size_t kMostRanges = 512;

  // With the mutex held. What is known of `path`; null if nothing is.
  Range* Find(const std::string& path);
  // False if who wants to know of `path` is to ask from `begin` on; otherwise waits for somebody who has.
  bool WaitForOthers(const std::string& begin, const std::string& path, std::unique_lock<std::mutex>& lock);
  // What is not known around `path`, or before it.
  Gap Unknown(const std::string& root, const std::string& path) const;
  // Whether threads are about to go on behind it.
  bool IsBeingLeft(const Range& range) const;
  // Adds what is not known yet of `range`, which begins behind `begin`, around `place`.
  void Keep(std::string begin, Range range, const std::string& place);

  // Without it: a page of the gap, but, if it is no guess, at least up to `path`.
  static Range List(beam::FileSystem& files, const std::string& root, const Gap& gap, const std::string& path);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Range> ranges_;
  std::set<std::string> asked_;  // where the listings begin that are on their way
  std::size_t came_ = 0;         // files, by all listings
  std::size_t known_ = 0;        // of them already
  std::uint64_t uses_ = 0;
  std::int64_t listings_ = 0;
};

}  // namespace klay::internal
