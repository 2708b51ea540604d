// A file without a name that goes away with its descriptor, for what does not fit into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace beam {

// Append from one thread, ReadAt from any once appending is over. Failures (a full disk) are Errors that name the
// folder and the flag to choose another.
class TempFile {
 public:
  // In `folder`, or where temporary files belong ($TMPDIR, /tmp) if that is empty.
  explicit TempFile(const std::string& folder);
  ~TempFile();
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  void Append(std::string_view bytes);
  void Flush();
  std::uint64_t size() const { return size_; }

  // Exactly `size` bytes at `offset`.
  void ReadAt(std::uint64_t offset, void* out, std::size_t size) const;

 private:
  void WriteAll(std::string_view bytes);

  std::string folder_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::string buffer_;
};

}  // namespace beam
