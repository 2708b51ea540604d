// BufferedSource: a ByteSource with a look-ahead, so that a format can be recognised and parsed without seeking.
//
// Not thread-safe. The ByteSource must outlive it. What the ByteSource throws passes through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "beam/base/byte_source.h"

namespace klay::internal {

using ByteView = std::span<const std::uint8_t>;

class BufferedSource {
 public:
  explicit BufferedSource(beam::ByteSource& source, std::size_t capacity = kDefaultCapacity);

  // The next bytes without consuming them: at least `size` of them unless the source ends before, and whatever else is
  // buffered. The view holds until the next call of anything here. The buffer grows to `size` where it must.
  ByteView Peek(std::size_t size);

  // Consumes `size` bytes that Peek() has shown.
  void Consume(std::size_t size);

  // Reads up to `size` bytes; fewer only at the end.
  std::size_t Read(void* out, std::size_t size);

  // Moves to an absolute position. Cheap within the buffer.
  void Seek(std::uint64_t position);

  std::uint64_t position() const { return position_; }
  std::optional<std::uint64_t> size() const { return size_; }

  static constexpr std::size_t kDefaultCapacity = std::size_t{64} << 10;

 private:
  std::size_t ReadSource(void* out, std::size_t size);

  beam::ByteSource& source_;
  std::optional<std::uint64_t> size_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t capacity_;
  std::size_t begin_ = 0;  // buffer_[begin_, end_) are the bytes from position_ on
  std::size_t end_ = 0;
  std::uint64_t position_ = 0;
  bool at_end_ = false;  // nothing follows buffer_[end_]
};

}  // namespace klay::internal
