// Bytes, and the two ends of every byte format in the SDK: Writer appends, Reader consumes and checks.
//
// Not thread-safe; each belongs to one thread at a time. A Reader does not own what it reads: the bytes must outlive
// it and every view it hands out. Reading past the end throws EndOfBytes, so no input can make a Reader run away.
//
// Numbers: VarInt is Beam's (and protobuf's) base-128 little-endian form of the two's complement, at most ten bytes:
//   300 -> AC 02;   -1 -> FF FF FF FF FF FF FF FF FF 01
// BigEndian* is fixed width, most significant byte first.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "beam/base/error.h"

namespace beam {

using Bytes = std::vector<std::byte>;

class Writer {
 public:
  void Byte(std::uint8_t value) { data_.push_back(static_cast<char>(value)); }
  void Raw(const void* data, std::size_t size) { data_.append(static_cast<const char*>(data), size); }
  void Raw(std::string_view bytes) { data_.append(bytes); }

  void VarInt(std::uint64_t value) {
    char buffer[10];
    std::size_t size = 0;
    while (value >= 0x80) {
      buffer[size++] = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    buffer[size++] = static_cast<char>(value);
    data_.append(buffer, size);
  }

  template <class Unsigned>
  void BigEndian(Unsigned value) {
    char buffer[sizeof(Unsigned)];
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
      buffer[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * (sizeof(Unsigned) - 1 - i)));
    }
    data_.append(buffer, sizeof(Unsigned));
  }

  // Bytes preceded by their length as a VarInt, where the length is known only once they are written: make room for a
  // length of `expected`, write them, fill in what it was. Nothing is moved where the two take the same room.
  struct LengthMark {
    std::size_t begin;
    std::size_t room;
  };
  LengthMark BeginLength(std::size_t expected);
  void EndLength(const LengthMark& mark);

  std::string_view view() const { return data_; }
  std::size_t size() const { return data_.size(); }
  void Clear() { data_.clear(); }
  std::string Take() { return std::move(data_); }

 private:
  std::string data_;
};

// There are fewer bytes than what is read takes.
class EndOfBytes : public Error {
 public:
  using Error::Error;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : position_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool empty() const { return position_ == end_; }
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - position_); }

  std::uint8_t Byte() {
    Require(1);
    return static_cast<std::uint8_t>(*position_++);
  }

  // The next `size` bytes, as a view into the bytes given to the constructor.
  std::string_view Raw(std::uint64_t size) {
    Require(size);
    const std::string_view bytes(position_, static_cast<std::size_t>(size));
    position_ += size;
    return bytes;
  }

  std::string_view Rest() { return Raw(remaining()); }

  std::uint64_t VarInt() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      const std::uint64_t byte = Byte();
      value |= shift < 64 ? (byte & 0x7F) << shift : 0;
      if (byte < 0x80) return value;
    }
    throw Error("malformed bytes: a variable-length integer is longer than ten bytes");
  }

  template <class Unsigned>
  Unsigned BigEndian() {
    std::uint64_t value = 0;
    for (const char c : Raw(sizeof(Unsigned))) value = value << 8 | static_cast<std::uint8_t>(c);
    return static_cast<Unsigned>(value);
  }

 private:
  void Require(std::uint64_t size) const {
    if (size > remaining()) {
      throw EndOfBytes("malformed bytes: " + std::to_string(size) + " more expected, " + std::to_string(remaining())
                       + " left");
    }
  }

  const char* position_;
  const char* end_;
};

// How many bytes Writer::VarInt takes for `value`.
inline std::size_t VarIntSize(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

}  // namespace beam
