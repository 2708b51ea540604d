#include "beam/io/local_byte_sink.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <string_view>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/local_file_system.h"
#include "beam/io/posix_error.h"
#include "beam/io/unique_fd.h"

namespace beam::internal {
namespace {

constexpr std::string_view kHiddenPrefix = ".beam-";
constexpr std::string_view kHiddenSuffix = ".part";
constexpr std::size_t kHiddenNameSize = kHiddenPrefix.size() + 16 + kHiddenSuffix.size();

// Encoders write frames of some hundred bytes. Small, because a writer keeps many files before it finishes them.
constexpr std::size_t kBufferBytes = std::size_t{16} << 10;

// From so many files on, syncing the whole file system once is quicker than each of them.
constexpr std::size_t kManyFiles = 8;

std::string FolderOf(const std::string& system_path) {
  const std::size_t slash = system_path.rfind('/');
  return slash == std::string::npos ? std::string() : system_path.substr(0, slash + 1);
}

std::string HiddenName() {
  // Seeded by the system, not by the clock: two processes that start together must not share a name.
  thread_local std::mt19937_64 random{std::random_device{}() ^ (std::uint64_t{std::random_device{}()} << 32)};
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(random()));
  return std::string(kHiddenPrefix).append(digits).append(kHiddenSuffix);
}

class LocalByteSink final : public ByteSink {
 public:
  // `hidden` is empty for a file without a name.
  LocalByteSink(std::string path, std::string hidden, UniqueFd fd)
      : path_(std::move(path)), hidden_(std::move(hidden)), fd_(std::move(fd)) {}

  ~LocalByteSink() override {
    if (!hidden_.empty()) ::unlink(hidden_.c_str());
  }

  void Write(const void* data, std::size_t size) override {
    if (size == 0) return;
    if (size > kBufferBytes - buffered_) Flush();
    if (size >= kBufferBytes) return WriteNow(static_cast<const char*>(data), size);
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(kBufferBytes);
    std::memcpy(buffer_.get() + buffered_, data, size);
    buffered_ += size;
  }

  // Hands what is buffered to the system.
  void Flush() { WriteNow(buffer_.get(), std::exchange(buffered_, 0)); }

  bool CanRewrite() const override { return true; }

  void Rewrite(std::uint64_t offset, const void* data, std::size_t size) override {
    Flush();
    const char* next = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t count = ::pwrite(fd_.get(), next, size, static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) ThrowErrno("write", path_, errno);
      next += count;
      offset += static_cast<std::uint64_t>(count);
      size -= static_cast<std::size_t>(count);
    }
  }

  void Finish() override {
    Sync();
    GiveName();
  }

  void Sync() {
    Flush();
    if (::fsync(fd_.get()) != 0) ThrowErrno("write", path_, errno);
  }

  // Syncs the file system it lies in, and so all that was flushed there.
  void SyncAll() {
    if (::syncfs(fd_.get()) != 0) ThrowErrno("write", path_, errno);
  }

  // After a sync.
  void GiveName() {
    const std::string target = SystemPath(path_);
    if (hidden_.empty()) {
      // A link never replaces; where a file is in the way, a hidden name takes its place.
      if (Link(target)) return Close();
      if (errno != EEXIST) ThrowErrno("write", path_, errno);
      std::string hidden = FolderOf(target) + HiddenName();
      if (!Link(hidden)) ThrowErrno("write", path_, errno);
      hidden_ = std::move(hidden);
    }
    Close();
    if (::rename(hidden_.c_str(), target.c_str()) != 0) ThrowErrno("write", path_, errno);
    hidden_.clear();
  }

  const std::string& path() const override { return path_; }

 private:
  void WriteNow(const char* next, std::size_t size) {
    while (size > 0) {
      const ssize_t count = ::write(fd_.get(), next, size);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) ThrowErrno("write", path_, errno);
      next += count;
      size -= static_cast<std::size_t>(count);
    }
  }

  bool Link(const std::string& name) const {
    const std::string descriptor = "/proc/self/fd/" + std::to_string(fd_.get());
    return ::linkat(AT_FDCWD, descriptor.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
  }

  void Close() {
    // Network file systems report a full disk only here.
    if (::close(fd_.release()) != 0 && errno != EINTR) ThrowErrno("write", path_, errno);
  }

  const std::string path_;
  std::string hidden_;  // empty where there is nothing to clean up
  UniqueFd fd_;
  std::unique_ptr<char[]> buffer_;  // none before it is needed
  std::size_t buffered_ = 0;
};

}  // namespace

std::unique_ptr<ByteSink> CreateLocalFile(const std::string& path, bool hidden) {
  const std::string folder = FolderOf(SystemPath(path));
  // 0666 less the user's umask, as for any file a program creates.
  if (!hidden) {
    UniqueFd fd(::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
    if (fd.valid()) return std::make_unique<LocalByteSink>(path, std::string(), std::move(fd));
    // Anything else is an answer; these mean that the file system, or the kernel, knows no files without names.
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) ThrowErrno("write", path, errno);
  }
  const std::string name = folder + HiddenName();
  UniqueFd fd(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd.valid()) ThrowErrno("write", path, errno);
  // The lock says that somebody is writing; it goes away with the process.
  ::flock(fd.get(), LOCK_EX | LOCK_NB);
  return std::make_unique<LocalByteSink>(path, name, std::move(fd));
}

std::vector<std::string> FinishLocalFiles(const std::vector<ByteSink*>& sinks) {
  std::vector<std::string> errors(sinks.size());
  const bool together = sinks.size() >= kManyFiles;
  const auto each = [&](auto&& action) {
    for (std::size_t i = 0; i < sinks.size(); ++i) {
      if (!errors[i].empty()) continue;
      try {
        action(static_cast<LocalByteSink&>(*sinks[i]));
      } catch (const Error& error) {
        errors[i] = error.what();
      }
    }
  };
  each([](LocalByteSink& sink) { sink.Flush(); });
  dev_t synced = 0;
  each([&](LocalByteSink& sink) {
    struct stat status{};
    if (together && ::stat(FolderOf(SystemPath(sink.path())).c_str(), &status) == 0) {
      if (synced != status.st_dev) sink.SyncAll();
      synced = status.st_dev;
    } else {
      sink.Sync();
    }
  });
  each([](LocalByteSink& sink) { sink.GiveName(); });
  return errors;
}

bool RemoveAbandonedFile(const std::string& path) {
  const std::string system_path = SystemPath(path);
  const std::string_view name = std::string_view(system_path).substr(FolderOf(system_path).size());
  if (name.size() != kHiddenNameSize || !name.starts_with(kHiddenPrefix) || !name.ends_with(kHiddenSuffix)) {
    return false;
  }
  const UniqueFd fd(::open(system_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.valid() || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return false;
  return ::unlink(system_path.c_str()) == 0;
}

}  // namespace beam::internal
