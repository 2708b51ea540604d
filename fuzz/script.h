// Script: a fuzzer's input, read as decisions. Behind its end every decision is 0.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace beam::fuzzing {

class Script {
 public:
  Script(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size) {}

  bool empty() const { return at_ == end_; }
  std::uint8_t Byte() { return empty() ? 0 : *at_++; }
  // One of 0 to count - 1, where count is not 0.
  std::size_t Below(std::size_t count) {
    const std::size_t high = count > 0xFF ? Byte() : 0;
    return (high << 8 | Byte()) % count;
  }
  std::uint64_t Number() {
    std::uint64_t number = 0;
    for (int i = 0; i < 8; ++i) number = number << 8 | Byte();
    return number;
  }
  // At most 255 bytes, as they are.
  std::string Bytes() {
    const std::size_t size = std::min<std::size_t>(Byte(), static_cast<std::size_t>(end_ - at_));
    std::string bytes(at_, at_ + size);
    at_ += size;
    return bytes;
  }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

}  // namespace beam::fuzzing
