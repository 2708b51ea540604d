#include "beam/io/local_file_system.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/local_byte_sink.h"
#include "beam/io/local_byte_source.h"
#include "beam/io/local_folder.h"
#include "beam/io/local_listing.h"
#include "beam/io/path_text.h"
#include "beam/io/posix_error.h"

namespace beam {
namespace {

bool IsAbsence(int error_number) { return error_number == ENOENT || error_number == ENOTDIR; }

// Makes `folder` (a system path) and its parents; `path` is what the user called it.
void MakeFolders(const std::string& folder, const std::string& path) {
  // From the far end, as all but the last part nearly always exist.
  if (folder.empty() || ::mkdir(folder.c_str(), 0777) == 0) return;
  int error_number = errno;
  if (error_number == ENOENT) {
    const std::size_t last = folder.find_last_not_of('/');
    const std::size_t slash = last == std::string::npos ? last : folder.rfind('/', last);
    if (slash != std::string::npos) {
      MakeFolders(folder.substr(0, slash), path);
      if (::mkdir(folder.c_str(), 0777) == 0) return;
      error_number = errno;
    }
  }
  struct stat status{};
  const bool exists = ::stat(folder.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return;
  internal::ThrowErrno("make the folder of", path, exists ? ENOTDIR : error_number);
}

}  // namespace

namespace internal {

std::string SystemPath(std::string_view path) {
  if (SchemeOf(path) == "file") path.remove_prefix(std::string_view("file://").size());
  // The operating system would stop there and take another file for this one.
  if (path.find('\0') != std::string_view::npos) {
    throw Error("the path " + Quoted(path) + " holds a zero byte, which no local name can: correct the path");
  }
  return std::string(path);
}

}  // namespace internal

std::unique_ptr<FileListing> LocalFileSystem::List(const std::string& prefix, const ListOptions& options) {
  return std::make_unique<internal::LocalListing>(prefix, options);
}

std::optional<FileStatus> LocalFileSystem::Status(const std::string& path) {
  const std::string system_path = internal::SystemPath(path);
  struct stat status{};
  bool followed = true;
  if (::stat(system_path.c_str(), &status) != 0) {
    const int error_number = errno;
    followed = false;
    if (::lstat(system_path.c_str(), &status) != 0) {
      if (IsAbsence(errno)) return std::nullopt;
      internal::ThrowErrno("look at", path, error_number);
    }
  }
  FileStatus result{{path, 0, internal::ModificationTime(status)}, FileKind::kOther};
  if (followed && S_ISDIR(status.st_mode)) result.kind = FileKind::kDirectory;
  if (followed && S_ISREG(status.st_mode)) {
    result.kind = FileKind::kFile;
    result.metadata.size_in_bytes = status.st_size;
  }
  return result;
}

std::unique_ptr<ByteSource> LocalFileSystem::OpenRead(const std::string& path) { return internal::OpenLocalFile(path); }

std::unique_ptr<ByteSink> LocalFileSystem::OpenWrite(const std::string& path) {
  const std::string system_path = internal::SystemPath(path);
  if (const std::size_t slash = system_path.rfind('/'); slash != std::string::npos) {
    MakeFolders(system_path.substr(0, slash), path);
  }
  return internal::CreateLocalFile(path);
}

std::vector<std::string> LocalFileSystem::FinishAll(const std::vector<ByteSink*>& sinks) {
  return internal::FinishLocalFiles(sinks);
}

bool LocalFileSystem::RemoveAbandoned(const std::string& path) { return internal::RemoveAbandonedFile(path); }

void LocalFileSystem::Rename(const std::string& from, const std::string& to) {
  if (::rename(internal::SystemPath(from).c_str(), internal::SystemPath(to).c_str()) != 0) {
    const int error_number = errno;
    internal::ThrowErrno("rename to " + internal::Quoted(to) + " the file", from, error_number);
  }
}

bool LocalFileSystem::Delete(const std::string& path) {
  if (std::remove(internal::SystemPath(path).c_str()) == 0) return true;
  if (IsAbsence(errno)) return false;
  internal::ThrowErrno("delete", path, errno);
}

void LocalFileSystem::MakeDirectories(const std::string& path) { MakeFolders(internal::SystemPath(path), path); }

}  // namespace beam
