#include "beam/io/hdfs_file_system.h"

#include <cstddef>
#include <utility>

#include "beam/io/finish_files.h"
#include "beam/io/hdfs_byte_sink.h"
#include "beam/io/hdfs_byte_source.h"
#include "beam/io/hdfs_listing.h"
#include "beam/io/webhdfs.h"

namespace beam {
namespace {

constexpr std::size_t kFinishingThreads = 16;

}  // namespace

using internal::HdfsEntry;
using internal::HdfsError;

HdfsFileSystem::HdfsFileSystem(HdfsOptions options) : hdfs_(std::make_shared<internal::WebHdfs>(std::move(options))) {}

std::unique_ptr<FileListing> HdfsFileSystem::List(const std::string& prefix, const ListOptions& options) {
  return std::make_unique<internal::HdfsListing>(hdfs_, prefix, options);
}

std::optional<FileStatus> HdfsFileSystem::Status(const std::string& path) {
  HdfsEntry entry;
  try {
    entry = hdfs_->Status(hdfs_->Target("look at", path));
  } catch (const HdfsError& error) {
    if (error.is_absence()) return std::nullopt;
    throw;
  }
  const bool is_folder = entry.kind == HdfsEntry::Kind::kFolder;
  if (path.ends_with('/') && !is_folder) return std::nullopt;
  const FileKind kind = is_folder            ? FileKind::kDirectory
      : entry.kind == HdfsEntry::Kind::kFile ? FileKind::kFile
                                             : FileKind::kOther;
  return FileStatus{{path, entry.size, entry.last_updated_in_seconds}, kind};
}

std::unique_ptr<ByteSource> HdfsFileSystem::OpenRead(const std::string& path) {
  return internal::OpenHdfsFile(hdfs_, path);
}

std::unique_ptr<ByteSink> HdfsFileSystem::OpenWrite(const std::string& path) {
  return internal::CreateHdfsFile(hdfs_, path);
}

std::vector<std::string> HdfsFileSystem::FinishAll(const std::vector<ByteSink*>& sinks) {
  return internal::FinishSideBySide(sinks, kFinishingThreads);
}

void HdfsFileSystem::Rename(const std::string& from, const std::string& to) {
  hdfs_->Rename(hdfs_->Target("rename to " + to + " the file", from), hdfs_->Target("look at", to));
}

bool HdfsFileSystem::Delete(const std::string& path) { return hdfs_->Delete(hdfs_->Target("delete", path)); }

void HdfsFileSystem::MakeDirectories(const std::string& path) {
  hdfs_->MakeDirectories(hdfs_->Target("make the folder", path));
}

}  // namespace beam
