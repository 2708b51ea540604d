// LocalFileSystem: the files of this machine, by paths without a scheme or with file://.
//
// Thread-safe, without state. "file://" is cut off before the operating system sees the path ("file:///a" is "/a") and
// kept in every path that comes back. Symbolic links to files are files; links to folders are not entered by recursive
// listings; a link to nothing is listed with size 0, so that whoever reads it can say why it fails.
#pragma once

#include "beam/io/file_system.h"

namespace beam {

class LocalFileSystem : public FileSystem {
 public:
  // Looks ahead with a few threads where there are several folders (internal::LocalListing).
  std::unique_ptr<FileListing> List(const std::string& prefix, const ListOptions& options) override;
  std::optional<FileStatus> Status(const std::string& path) override;
  std::unique_ptr<ByteSource> OpenRead(const std::string& path) override;

  // Writes to a file without a name, syncs it to the disk and gives it the target's. Where a file system has no such
  // files, or the target exists, a hidden one beside it takes part: ".beam-", 16 hexadecimal digits, ".part". Only a
  // killed process leaves one, and RemoveAbandoned() then knows it.
  std::unique_ptr<ByteSink> OpenWrite(const std::string& path) override;

  std::vector<std::string> FinishAll(const std::vector<ByteSink*>& sinks) override;
  bool RemoveAbandoned(const std::string& path) override;
  void Rename(const std::string& from, const std::string& to) override;
  bool Delete(const std::string& path) override;
  void MakeDirectories(const std::string& path) override;
};

namespace internal {

// The path that the operating system knows: without "file://". Throws Error if it holds a zero byte.
std::string SystemPath(std::string_view path);

}  // namespace internal
}  // namespace beam
