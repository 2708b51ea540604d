#include "beam/harness/staged_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <system_error>

#include "beam/base/error.h"

namespace beam {
namespace {

// Whether `path` is still what was opened as `fd`, and has not been removed meanwhile.
bool IsStill(const std::string& path, int fd) {
  struct stat at_path{};
  struct stat opened{};
  return lstat(path.c_str(), &at_path) == 0 && fstat(fd, &opened) == 0 && at_path.st_ino == opened.st_ino
      && at_path.st_dev == opened.st_dev;
}

[[noreturn]] void Fail(const std::string& path) {
  throw Error("cannot make the folder " + path + ": " + std::strerror(errno));
}

}  // namespace

std::string HoldStagedPart(const std::string& folder, const std::string& part) {
  const std::string path = folder + "/" + part;
  for (;;) {
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) Fail(path);
    // Not closed, and not by the start of another program either: the lock ends with the process.
    const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);  // NOLINT(android-cloexec-open)
    if (fd < 0 && errno != ENOENT) Fail(path);
    if (fd < 0) continue;
    // Waits while somebody removes it. A file system without locks has none that remove, either.
    while (flock(fd, LOCK_SH) != 0 && errno == EINTR) continue;
    if (IsStill(path, fd)) {
      futimens(fd, nullptr);
      return path;
    }
    close(fd);
  }
}

void RemoveUnusedParts(const std::string& folder, std::chrono::seconds unused_for) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string path = entry.path();
    const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) continue;
    struct stat status{};
    // What another one has removed since it was opened may be there anew by now, and held.
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && IsStill(path, fd) && fstat(fd, &status) == 0
        && std::time(nullptr) - status.st_mtime >= unused_for.count()) {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
    close(fd);
  }
}

}  // namespace beam
