// HdfsFileSystem: the files of an HDFS, by paths with hdfs://, over WebHDFS (plain HTTP; the user is who he says he is,
// as in Beam's Python SDK: no Kerberos).
//
//   hdfs://music/a.mp3              /music/a.mp3 of the name node that the options name
//   hdfs://server/music/a.mp3       the same, with HdfsOptions::full_urls
//
// Thread-safe. Names are UTF-8 and have no ':'. What is open for reading fails when it is replaced or deleted. What is
// written is kept here until it is finished.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "beam/io/file_system.h"
#include "beam/io/hdfs_options.h"

namespace beam {
namespace internal {
class WebHdfs;
}  // namespace internal

class HdfsFileSystem : public FileSystem {
 public:
  // Connects to nothing before something is asked for.
  explicit HdfsFileSystem(HdfsOptions options);
  explicit HdfsFileSystem(std::shared_ptr<internal::WebHdfs> hdfs) : hdfs_(std::move(hdfs)) {}

  std::unique_ptr<FileListing> List(const std::string& prefix, const ListOptions& options) override;
  std::optional<FileStatus> Status(const std::string& path) override;
  std::unique_ptr<ByteSource> OpenRead(const std::string& path) override;
  std::unique_ptr<ByteSink> OpenWrite(const std::string& path) override;
  // With several requests in flight: each file takes three, and the server tens of milliseconds.
  std::vector<std::string> FinishAll(const std::vector<ByteSink*>& sinks) override;
  void Rename(const std::string& from, const std::string& to) override;
  bool Delete(const std::string& path) override;
  void MakeDirectories(const std::string& path) override;

 private:
  const std::shared_ptr<internal::WebHdfs> hdfs_;
};

}  // namespace beam
