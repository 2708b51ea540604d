// SmallDisk: a file system of a few bytes, for tests of full disks.
#pragma once

#include <cstdint>
#include <string>

#include "beam/io/test_files.h"

namespace klay {

// A tmpfs, mounted where only this process and the programs that it starts see it, and gone with the test. Where that
// is not permitted (it takes root, and a container that lets it) mounted() is false, and path() an ordinary folder.
class SmallDisk {
 public:
  explicit SmallDisk(std::uint64_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  // Ends in '/'.
  const std::string& path() const { return folder_.path(); }

  // If it is mounted.
  void Resize(std::uint64_t bytes) const;
  void MakeReadOnly() const;

 private:
  beam::testing_files::TestFolder folder_;
  bool mounted_ = false;
};

}  // namespace klay
