// Integers out of bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace klay::internal {

inline std::uint64_t LittleEndian(const std::uint8_t* bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

inline std::uint64_t BigEndian(const std::uint8_t* bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[i];
  return value;
}

inline std::uint16_t Le16(const std::uint8_t* bytes) { return static_cast<std::uint16_t>(LittleEndian(bytes, 2)); }
inline std::uint32_t Le32(const std::uint8_t* bytes) { return static_cast<std::uint32_t>(LittleEndian(bytes, 4)); }
inline std::uint64_t Le64(const std::uint8_t* bytes) { return LittleEndian(bytes, 8); }
inline std::uint16_t Be16(const std::uint8_t* bytes) { return static_cast<std::uint16_t>(BigEndian(bytes, 2)); }
inline std::uint32_t Be32(const std::uint8_t* bytes) { return static_cast<std::uint32_t>(BigEndian(bytes, 4)); }
inline std::uint64_t Be64(const std::uint8_t* bytes) { return BigEndian(bytes, 8); }

}  // namespace klay::internal
