// What does not fit into memory: one file without a name for a whole run, and regions of it. One file, because a run
// may write thousands of pieces and a process may have a thousand files open.
//
// Failures (a full disk) are Errors that name the folder and the flag to choose another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace beam {

// Made on disk when it is first written to; goes away with the last who holds it. Any thread.
class TempFile {
 public:
  // In `folder`, or where temporary files belong ($TMPDIR, /tmp) if that is empty.
  explicit TempFile(std::string folder);
  ~TempFile();
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  // Gives a part of the file to one owner; returns where it starts.
  std::uint64_t Reserve(std::uint64_t size);
  // Gives it back, so that it takes no space on the disk, where the file system can do that.
  void Release(std::uint64_t offset, std::uint64_t size);

  void WriteAt(std::uint64_t offset, std::string_view bytes);
  // Exactly `size` bytes.
  void ReadAt(std::uint64_t offset, void* out, std::size_t size) const;

 private:
  void Open();

  const std::string folder_;
  std::once_flag opened_;
  int fd_ = -1;
  std::mutex mutex_;
  std::uint64_t size_ = 0;  // guarded by mutex_
};

// A part of a TempFile. Append from one thread, ReadAt from any once Flush was called.
class TempRegion {
 public:
  // For `size` bytes: so many must be appended.
  TempRegion(std::shared_ptr<TempFile> file, std::uint64_t size);
  ~TempRegion();
  TempRegion(const TempRegion&) = delete;
  TempRegion& operator=(const TempRegion&) = delete;

  void Append(std::string_view bytes);
  void Flush();
  std::uint64_t size() const { return size_; }  // appended so far

  void ReadAt(std::uint64_t offset, void* out, std::size_t size) const;

 private:
  std::shared_ptr<TempFile> file_;
  std::uint64_t start_;
  std::uint64_t capacity_;
  std::uint64_t size_ = 0;
  std::string buffer_;  // the last of what was appended
};

}  // namespace beam
