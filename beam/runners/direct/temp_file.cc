#include "beam/runners/direct/temp_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "beam/base/error.h"

namespace beam {
namespace {

constexpr std::uint64_t kBufferBytes = 1 << 20;

std::string FolderOrDefault(std::string folder) {
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

TempFile::TempFile(std::string folder) : folder_(FolderOrDefault(std::move(folder))) {}

TempFile::~TempFile() {
  if (fd_ >= 0) close(fd_);
}

void TempFile::Open() {
  std::string name = folder_ + "/beam-shuffle-XXXXXX";
  fd_ = mkostemp(name.data(), O_CLOEXEC);
  if (fd_ < 0) Fail("making", folder_, errno);
  unlink(name.c_str());
}

std::uint64_t TempFile::Reserve(std::uint64_t size) {
  std::call_once(opened_, [this] { Open(); });
  const std::lock_guard lock(mutex_);
  return std::exchange(size_, size_ + size);
}

void TempFile::Release(std::uint64_t offset, std::uint64_t size) {
  if (size > 0) {
    fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(size));
  }
}

void TempFile::WriteAt(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) Fail("writing to", folder_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
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

TempRegion::TempRegion(std::shared_ptr<TempFile> file, std::uint64_t size)
    : file_(std::move(file)), start_(file_->Reserve(size)), capacity_(size) {
  buffer_.reserve(std::min(size, kBufferBytes));
}

TempRegion::~TempRegion() { file_->Release(start_, capacity_); }

void TempRegion::Append(std::string_view bytes) {
  assert(size_ + bytes.size() <= capacity_);
  if (buffer_.size() + bytes.size() > kBufferBytes) Flush();
  size_ += bytes.size();
  if (bytes.size() > kBufferBytes) {
    file_->WriteAt(start_ + size_ - bytes.size(), bytes);
  } else {
    buffer_.append(bytes);
  }
}

void TempRegion::Flush() {
  file_->WriteAt(start_ + size_ - buffer_.size(), buffer_);
  buffer_.clear();
  if (size_ == capacity_) buffer_.shrink_to_fit();
}

void TempRegion::ReadAt(std::uint64_t offset, void* out, std::size_t size) const {
  file_->ReadAt(start_ + offset, out, size);
}

}  // namespace beam
