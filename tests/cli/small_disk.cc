#include "tests/cli/small_disk.h"

#include <sched.h>
#include <sys/mount.h>

#include <cstdio>

namespace klay {
namespace {

// From then on what is mounted stays unknown to other processes.
bool HasMountsOfItsOwn() {
  static const bool has = unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  return has;
}

std::string SizeOption(std::uint64_t bytes) { return "size=" + std::to_string(bytes); }

}  // namespace

SmallDisk::SmallDisk(std::uint64_t bytes) {
  mounted_ = HasMountsOfItsOwn() && mount("tmpfs", path().c_str(), "tmpfs", 0, SizeOption(bytes).c_str()) == 0;
  if (!mounted_) std::fputs("note: this machine does not let tests mount a file system\n", stderr);
}

SmallDisk::~SmallDisk() {
  if (mounted_) umount2(path().c_str(), MNT_DETACH);
}

void SmallDisk::Resize(std::uint64_t bytes) const {
  ASSERT_EQ(mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT, SizeOption(bytes).c_str()), 0);
}

void SmallDisk::MakeReadOnly() const {
  ASSERT_EQ(mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);
}

}  // namespace klay
