// Which FileSystem serves a path: chosen by its scheme. Thread-safe.
//
// Paths without a scheme and file:// are the local file system, from the start; hdfs:// is there, too, and says what it
// needs until it is registered with the name of a server. Others are registered by whoever brings them; tests may
// replace any of them for a while.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "beam/io/file_system.h"
#include "beam/io/object_store_options.h"

namespace beam {

// The file system for `path`. Throws Error, naming the scheme and those there are, if none is registered for it. A file
// system that is replaced meanwhile lives on until its last user lets go.
std::shared_ptr<FileSystem> FileSystemFor(std::string_view path);

// Serves paths of `scheme` ("gs", without "://"; empty for paths without a scheme) by `file_system` from now on, or no
// longer if it is null. Returns what served them before.
std::shared_ptr<FileSystem> RegisterFileSystem(const std::string& scheme, std::shared_ptr<FileSystem> file_system);

// Serves gs://, s3://, abfs:// and az:// as `options` say from now on; their `scheme` is of no account. From the start
// all of it comes from the environment.
void RegisterObjectStores(const ObjectStoreOptions& options);

// Registers a file system for the life of this object, then puts the former one back. For tests.
class ScopedFileSystem {
 public:
  ScopedFileSystem(std::string scheme, std::shared_ptr<FileSystem> file_system);
  ~ScopedFileSystem();
  ScopedFileSystem(const ScopedFileSystem&) = delete;
  ScopedFileSystem& operator=(const ScopedFileSystem&) = delete;

 private:
  std::string scheme_;
  std::shared_ptr<FileSystem> former_;
};

}  // namespace beam
