#include "beam/io/local_byte_sink.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <random>
#include <utility>

#include "beam/io/local_file_system.h"
#include "beam/io/posix_error.h"
#include "beam/io/unique_fd.h"

namespace beam::internal {
namespace {

std::string FolderOf(const std::string& system_path) {
  const std::size_t slash = system_path.rfind('/');
  return slash == std::string::npos ? std::string() : system_path.substr(0, slash + 1);
}

std::string TemporaryName() {
  // Seeded by the system, not by the clock: two processes that start together must not share a name.
  thread_local std::mt19937_64 random{std::random_device{}() ^ (std::uint64_t{std::random_device{}()} << 32)};
  char name[64];
  std::snprintf(name, sizeof name, ".beam-%016llx.part", static_cast<unsigned long long>(random()));
  return name;
}

class LocalByteSink final : public ByteSink {
 public:
  LocalByteSink(std::string path, std::string temporary, UniqueFd fd)
      : path_(std::move(path)), temporary_(std::move(temporary)), fd_(std::move(fd)) {}

  ~LocalByteSink() override {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  void Write(const void* data, std::size_t size) override {
    const char* next = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t count = ::write(fd_.get(), next, size);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) ThrowErrno("write", path_, errno);
      next += count;
      size -= static_cast<std::size_t>(count);
    }
  }

  void Finish() override {
    if (::fsync(fd_.get()) != 0) ThrowErrno("write", path_, errno);
    // Network file systems report a full disk only here.
    if (::close(fd_.release()) != 0 && errno != EINTR) ThrowErrno("write", path_, errno);
    if (::rename(temporary_.c_str(), SystemPath(path_).c_str()) != 0) ThrowErrno("write", path_, errno);
    temporary_.clear();
  }

  const std::string& path() const override { return path_; }

 private:
  const std::string path_;
  std::string temporary_;  // empty once there is nothing to clean up
  UniqueFd fd_;
};

}  // namespace

std::unique_ptr<ByteSink> CreateLocalFile(const std::string& path) {
  const std::string temporary = FolderOf(SystemPath(path)) + TemporaryName();
  // 0666 less the user's umask, as for any file a program creates.
  UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd.valid()) ThrowErrno("write", path, errno);
  return std::make_unique<LocalByteSink>(path, temporary, std::move(fd));
}

}  // namespace beam::internal
