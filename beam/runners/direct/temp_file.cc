#include "beam/runners/direct/temp_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "beam/base/error.h"

namespace beam {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

std::string FolderOrDefault(const std::string& folder) {
  if (!folder.empty()) return folder;
  const char* const from_environment = std::getenv("TMPDIR");
  return from_environment != nullptr && *from_environment != '\0' ? from_environment : "/tmp";
}

[[noreturn]] void Fail(const std::string& what, const std::string& folder, int error) {
  throw Error(
      what + " a temporary file in " + folder + " failed: " + std::strerror(error)
      + "; choose another folder with --temp_location, or more memory for grouping with --direct_shuffle_memory");
}

}  // namespace

TempFile::TempFile(const std::string& folder) : folder_(FolderOrDefault(folder)) {
  std::string name = folder_ + "/beam-shuffle-XXXXXX";
  fd_ = mkostemp(name.data(), O_CLOEXEC);
  if (fd_ < 0) Fail("making", folder_, errno);
  unlink(name.c_str());
}

TempFile::~TempFile() { close(fd_); }

void TempFile::Append(std::string_view bytes) {
  size_ += bytes.size();
  if (buffer_.size() + bytes.size() > kBufferBytes) Flush();
  if (bytes.size() > kBufferBytes) return WriteAll(bytes);
  buffer_.append(bytes);
}

void TempFile::Flush() {
  WriteAll(buffer_);
  buffer_.clear();
}

void TempFile::WriteAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) Fail("writing to", folder_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void TempFile::ReadAt(std::uint64_t offset, void* out, std::size_t size) const {
  char* to = static_cast<char*>(out);
  while (size > 0) {
    const ssize_t got = pread(fd_, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) Fail("reading", folder_, got == 0 ? EIO : errno);
    to += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace beam
