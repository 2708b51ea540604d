// ByteWriter: headers, integer by integer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace klay::internal {

class ByteWriter {
 public:
  ByteWriter& Text(std::string_view text) {
    bytes_ += text;
    return *this;
  }
  ByteWriter& Zeros(std::size_t count) {
    bytes_.append(count, '\0');
    return *this;
  }
  ByteWriter& Little(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_ += static_cast<char>(value >> (8 * i));
    return *this;
  }
  ByteWriter& Big(std::uint64_t value, int size) {
    for (int i = size - 1; i >= 0; --i) bytes_ += static_cast<char>(value >> (8 * i));
    return *this;
  }
  ByteWriter& U8(int value) { return Little(static_cast<std::uint64_t>(value), 1); }

  std::size_t size() const { return bytes_.size(); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace klay::internal
