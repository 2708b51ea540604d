// Listing local folders in the order of path bytes, with the slow parts done ahead by a few threads.
#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "beam/io/file_system.h"
#include "beam/io/local_folder.h"

namespace beam::internal {

// The listing is a list of pieces in the order of their entries. A piece is either done (entries ready to be handed
// out, or an error) or work: a folder to be read, the rest of a folder to be cut up, a run of files whose size and time
// are to be looked up. Doing a piece of work replaces it by finer pieces in the same place. The caller of Next() takes
// from the front and does what it finds undone there; helper threads do what lies ahead, at most kWindow pieces far and
// kNamesAhead names, so memory is bounded by that and by the names of the folders that are open at one time.
class LocalListing final : public FileListing {
 public:
  LocalListing(const std::string& prefix, ListOptions options);
  ~LocalListing() override;

  bool Next(FileMetadata& entry) override;

 private:
  using Pieces = std::list<FolderPiece>;

  Pieces Expand(FolderPiece& piece) const;
  void Help();
  Pieces::iterator FindWorkAhead();
  void StartHelpersIfUseful();

  const FolderReader reader_;

  std::mutex mutex_;
  std::condition_variable changed_;
  Pieces pieces_;
  bool stop_ = false;  // the listing is over, by an error or its end of life
  std::vector<std::thread> helpers_;

  std::vector<FileMetadata> batch_;  // what Next() hands out, only touched by its caller
  std::size_t next_in_batch_ = 0;
};

}  // namespace beam::internal
