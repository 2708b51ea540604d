// Listing HDFS in the order of path bytes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "beam/io/file_system.h"
#include "beam/io/webhdfs.h"

namespace beam::internal {

// The server tells a folder's entries page by page, but in an order of its own (names as signed bytes, folders without
// their '/'). So a folder is read whole before its first entry is told; memory is bounded by what is kept of the
// folders that are open, one below the other.
class HdfsListing final : public FileListing {
 public:
  HdfsListing(std::shared_ptr<WebHdfs> hdfs, std::string prefix, ListOptions options);

  bool Next(FileMetadata& entry) override;

 private:
  struct Folder {
    std::string path;                // as the user calls it, with what its entries' names are to follow
    std::vector<HdfsEntry> entries;  // in order; folders' names end in '/'
    std::size_t next = 0;
  };

  Folder Read(std::string path) const;
  // Whether it, or for a folder what is in it, is to be listed.
  bool IsWanted(const std::string& path, bool is_folder) const;

  const std::shared_ptr<WebHdfs> hdfs_;
  const std::string prefix_;
  const ListOptions options_;
  bool begun_ = false;
  std::vector<Folder> folders_;  // the innermost last
};

}  // namespace beam::internal
