// ByteSource: an opened object that is read at any position, whatever the store it lies in.
//
// Not thread-safe: one reader at a time. Owned by whoever opened it; closing is destruction. Every failure is an Error
// whose text names the object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace beam {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads up to `size` bytes at the current position into `out` and advances. 0 means the end, never "try again".
  virtual std::size_t Read(void* out, std::size_t size) = 0;

  // Moves to `offset` bytes from the start. A position past the end is allowed; reading there gives 0.
  // Sources that can only go forward (compressed ones) start over when asked to go back.
  virtual void Seek(std::uint64_t offset) = 0;

  // The size in bytes, if it is known without reading everything.
  virtual std::optional<std::uint64_t> Size() const = 0;

  // Which of the objects that were and will be at its path it reads, from its first byte to its last: a number that the
  // store gives to no other one. 0 where that is not known.
  virtual std::int64_t Version() const { return 0; }

  // The path as the user gave it, for error texts.
  virtual const std::string& path() const = 0;
};

}  // namespace beam
