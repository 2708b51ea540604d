// TargetFolders: which files there are in the folders that results are written to. Each folder is listed once; where a
// store lists from anywhere, ranges of names are, instead (target_ranges.h).
//
// Thread-safe. Two threads that ask for the same folder at once wait for one listing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "beam/base/error.h"
#include "klay/transforms/target_ranges.h"

namespace klay::internal {

// A folder of targets could not be listed.
class ListingError : public beam::Error {
 public:
  using beam::Error::Error;
};

class TargetFolders {
 public:
  enum class Abandoned { kDelete, kLeave };  // what killed writers have left there

  // The one of this process. It lives while anybody holds it, so that each run lists anew.
  static std::shared_ptr<TargetFolders> Get(Abandoned abandoned = Abandoned::kDelete);

  explicit TargetFolders(Abandoned abandoned) : abandoned_(abandoned) {}

  // When the file at `path` was last changed, in seconds since 1970; nothing if there is no file there with at least
  // one byte. As of the listing. `root` is the folder that all targets lie in, or empty. Throws ListingError.
  std::optional<double> CompletedAt(const std::string& path, const std::string& root = {});

  // How many listings were made.
  std::int64_t listings() const;

 private:
  // The files of one folder, in the order of the bytes of their names.
  struct Folder {
    struct File {
      std::uint64_t name;  // where it begins in `names`; the next one's is where it ends
      double time;
    };
    std::string_view Name(std::size_t i) const;

    std::string names;
    std::vector<File> files;
  };
  using Listing = std::shared_future<std::shared_ptr<const Folder>>;
  struct Entry {
    std::string folder;
    Listing listing;
  };

  // Folders used last are kept, and at most so many, or the last one.
  static constexpr std::size_t kMostFolders = 256;
  static constexpr std::size_t kMostFiles = 4'000'000;

  std::optional<double> CompletedInFolder(const std::string& path);
  Listing Find(const std::string& folder);
  void DropOld();
  std::shared_ptr<const Folder> List(const std::string& folder) const;

  const Abandoned abandoned_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the one used last first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_folder_;
  std::int64_t listings_ = 0;
  TargetRanges ranges_;
};

}  // namespace klay::internal
