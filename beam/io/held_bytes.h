// HeldBytes: bytes that are kept until all of them are there: in memory while they are few, else in a nameless file in
// the folder for temporary files ($TMPDIR or /tmp), which goes with its holder, be it killed.
//
// Not thread-safe. Memory for all holders of the process together is bounded; who finds none left uses a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "beam/io/unique_fd.h"

namespace beam::internal {

class HeldBytes {
 public:
  static constexpr std::size_t kMost = std::size_t{32} << 20;        // in the memory of one holder
  static constexpr std::size_t kMostOfAll = std::size_t{512} << 20;  // of all holders

  HeldBytes() = default;
  ~HeldBytes();
  HeldBytes(const HeldBytes&) = delete;
  HeldBytes& operator=(const HeldBytes&) = delete;

  // Throws Error if the temporary file cannot be made or written.
  void Append(const char* data, std::size_t size);

  // Replaces bytes that were appended.
  void Overwrite(std::uint64_t offset, const char* data, std::size_t size);

  // All of them, until the next call of another method.
  std::string_view View();

 private:
  bool ReserveMemory(std::size_t size);
  void ReleaseMemory();
  void MoveToFile();
  void WriteAt(std::uint64_t offset, const char* data, std::size_t size);
  void Unmap();

  std::string memory_;        // all bytes; with a file, those behind it
  std::size_t reserved_ = 0;  // of the memory for all
  UniqueFd file_;
  std::uint64_t in_file_ = 0;
  void* mapped_ = nullptr;
  std::size_t mapped_size_ = 0;
};

}  // namespace beam::internal
