// MemoryFileSystem: files in memory, for tests of pipelines that should touch no disk.
//
//   auto files = std::make_shared<beam::MemoryFileSystem>();
//   beam::ScopedFileSystem scope("mem", files);
//   files->Put("mem://songs/a.mp3", bytes);        // now MatchFiles("Match", "mem://songs/**") finds it
//
// Thread-safe. It behaves as an object store does: the name is the whole path, whatever its scheme, folders exist only
// as parts of names, and a file that is replaced stays as it was for those who have it open. A file's time is the
// number of the change that made it (1, 2, 3, ...), so that tests can tell what is newer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "beam/io/file_system.h"

namespace beam {

class MemoryFileSystem : public FileSystem {
 public:
  MemoryFileSystem();

  // Makes or replaces a file.
  void Put(const std::string& path, std::string bytes);
  // The same, with a time of the test's choice.
  void Put(const std::string& path, std::string bytes, double last_updated_in_seconds);
  // From now on, what is put has a version of its own (FileMetadata::version), as in stores that number their objects.
  void TellVersions();
  // The bytes of a file, or nothing if it is not there.
  std::optional<std::string> Get(const std::string& path) const;
  // All paths, in order.
  std::vector<std::string> Paths() const;

  std::unique_ptr<FileListing> List(const std::string& prefix, const ListOptions& options) override;
  std::optional<FileStatus> Status(const std::string& path) override;
  std::unique_ptr<ByteSource> OpenRead(const std::string& path) override;
  std::unique_ptr<ByteSink> OpenWrite(const std::string& path) override;
  void Rename(const std::string& from, const std::string& to) override;
  bool Delete(const std::string& path) override;
  void MakeDirectories(const std::string& path) override;

 private:
  struct File {
    std::shared_ptr<const std::string> bytes;
    double last_updated_in_seconds;
    std::int64_t version;
  };
  struct State {
    std::mutex mutex;
    std::map<std::string, File> files;
    std::int64_t changes = 0;
    std::int64_t last_version = 0;
    bool tells_versions = false;

    void Put(const std::string& path, std::string bytes, double last_updated_in_seconds);
  };
  static FileMetadata MetadataOf(const std::string& path, const File& file);

  class Listing;
  class Source;
  class Sink;

  const std::shared_ptr<State> state_;  // shared with what is open
};

}  // namespace beam
