// ObjectFileSystem: gs://, s3://, abfs:// and az://, on the requests of object_store.h.
//
// A path is scheme://bucket/key. Nothing is asked, and no library is loaded, before the first call. Folders exist only
// through the names of objects, and through the markers ("key/", empty) that other programs leave, which are no files.
//
// Reading fetches a part of an object when it is needed and the next ones ahead. Writing keeps the object in memory, or
// in a nameless local file where it is large, and sends it when it is finished: nothing is ever visible of an aborted
// write, and an interrupted upload can be sent again.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "beam/io/file_system.h"
#include "beam/io/object_store_options.h"

namespace beam {
namespace internal {
class ObjectRequests;
enum class StoreVerb;
}  // namespace internal

class ObjectFileSystem : public FileSystem {
 public:
  explicit ObjectFileSystem(const ObjectStoreOptions& options);
  explicit ObjectFileSystem(std::shared_ptr<internal::ObjectRequests> requests);
  ~ObjectFileSystem() override;

  std::unique_ptr<FileListing> List(const std::string& prefix, const ListOptions& options) override;
  bool ListsFromAnywhere(const std::string& path) override;
  std::optional<FileStatus> Status(const std::string& path) override;
  std::unique_ptr<ByteSource> OpenRead(const std::string& path) override;
  std::unique_ptr<ByteSink> OpenWrite(const std::string& path) override;
  // Sends several at once.
  std::vector<std::string> FinishAll(const std::vector<ByteSink*>& sinks) override;
  // A copy, then a deletion: another reader may see both.
  void Rename(const std::string& from, const std::string& to) override;
  void Copy(const FileMetadata& from, const std::string& to) override;
  bool Delete(const std::string& path) override;
  void MakeDirectories(const std::string& path) override;

 private:
  // By the store itself; `from` has a version where a certain one is wanted.
  void CopyWithin(internal::StoreVerb verb, const FileMetadata& from, const std::string& to);

  const std::shared_ptr<internal::ObjectRequests> requests_;
};

}  // namespace beam
