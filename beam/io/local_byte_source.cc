#include "beam/io/local_byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/local_file_system.h"
#include "beam/io/path_text.h"
#include "beam/io/posix_error.h"
#include "beam/io/unique_fd.h"

namespace beam::internal {
namespace {

constexpr std::size_t kBufferSize = 64 * 1024;

// Linux transfers at most 0x7ffff000 bytes a call; a round limit below that keeps reads aligned.
constexpr std::size_t kLargestTransfer = std::size_t{1} << 30;

class LocalByteSource final : public ByteSource {
 public:
  LocalByteSource(std::string path, UniqueFd fd, std::uint64_t size)
      : path_(std::move(path)), fd_(std::move(fd)), size_(size) {}

  std::size_t Read(void* out, std::size_t size) override {
    // A file without a size may still have content: those of /proc do.
    if (size_ > 0) {
      if (position_ >= size_) return 0;
      size = static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - position_));
    }
    if (position_ < buffer_offset_ || position_ >= buffer_offset_ + buffered_) {
      if (size >= kBufferSize || position_ + size == size_) return ReadDirectly(out, size);
      FillBuffer();
      if (buffered_ == 0) return 0;
    }
    const std::size_t at = static_cast<std::size_t>(position_ - buffer_offset_);
    const std::size_t count = std::min(size, buffered_ - at);
    std::memcpy(out, buffer_.get() + at, count);
    position_ += count;
    return count;
  }

  void Seek(std::uint64_t offset) override { position_ = offset; }
  std::optional<std::uint64_t> Size() const override { return size_; }
  const std::string& path() const override { return path_; }

 private:
  // A read up to the end needs no buffer: nothing is left to be read after it.
  std::size_t ReadDirectly(void* out, std::size_t size) {
    const std::size_t count = ReadAt(out, size, position_);
    position_ += count;
    return count;
  }

  void FillBuffer() {
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(kBufferSize);
    buffered_ = 0;
    buffer_offset_ = position_;
    buffered_ = ReadAt(buffer_.get(), kBufferSize, position_);
  }

  std::size_t ReadAt(void* out, std::size_t size, std::uint64_t offset) const {
    if (size == 0 || offset > static_cast<std::uint64_t>(INT64_MAX)) return 0;
    for (;;) {
      const ssize_t count = ::pread(fd_.get(), out, std::min(size, kLargestTransfer), static_cast<off_t>(offset));
      if (count > 0) return static_cast<std::size_t>(count);
      if (count == 0 && offset < size_) {
        throw Error(Quoted(path_) + " became shorter while it was read: it had " + std::to_string(size_)
                    + " bytes and now ends before byte " + std::to_string(offset)
                    + "; do not change inputs during a run");
      }
      if (count == 0) return 0;
      if (errno != EINTR) ThrowErrno("read", path_, errno);
    }
  }

  const std::string path_;
  const UniqueFd fd_;
  const std::uint64_t size_;
  std::uint64_t position_ = 0;
  std::unique_ptr<char[]> buffer_;
  std::uint64_t buffer_offset_ = 0;
  std::size_t buffered_ = 0;
};

const char* KindName(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO (named pipe)";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

[[noreturn]] void ThrowNotAFile(const std::string& path, mode_t mode) {
  throw Error("cannot read " + Quoted(path) + ": it is " + KindName(mode)
              + ", not a file; leave it out of the pattern, or name the files themselves");
}

}  // namespace

std::unique_ptr<ByteSource> OpenLocalFile(const std::string& path) {
  const std::string system_path = SystemPath(path);
  // O_NONBLOCK: a FIFO without a writer would hold the thread for ever. It means nothing for regular files.
  UniqueFd fd(::open(system_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status{};
  if (!fd.valid()) {
    const int error_number = errno;
    // Sockets, and devices without a driver, cannot be opened at all; the kind says more than the error number.
    if (error_number == ENXIO && ::stat(system_path.c_str(), &status) == 0) ThrowNotAFile(path, status.st_mode);
    ThrowErrno("open", path, error_number);
  }
  if (::fstat(fd.get(), &status) != 0) ThrowErrno("look at", path, errno);
  if (!S_ISREG(status.st_mode)) ThrowNotAFile(path, status.st_mode);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  // Not worth a call for a file that one or two reads take in. Its failure changes nothing but speed.
  if (size > 4 * kBufferSize) ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::make_unique<LocalByteSource>(path, std::move(fd), size);
}

}  // namespace beam::internal
