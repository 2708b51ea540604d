// Arrays of numbers to and from big-endian bytes, many at a time: big signals travel as elements of rows.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "beam/base/bytes.h"

namespace beam::internal {

// Copies `count` numbers of kSize bytes each from `from` to `to`, turning the bytes of each around where the machine is
// little-endian. The plain loops are what compilers vectorize.
template <std::size_t kSize>
void CopySwapped(const char* from, char* to, std::size_t count) {
  if constexpr (kSize == 1 || std::endian::native == std::endian::big) {
    std::memcpy(to, from, count * kSize);
  } else {
    using Bits =
        std::conditional_t<kSize == 2, std::uint16_t, std::conditional_t<kSize == 4, std::uint32_t, std::uint64_t>>;
    static_assert(sizeof(Bits) == kSize);
    for (std::size_t i = 0; i < count; ++i) {
      Bits bits;
      std::memcpy(&bits, from + i * kSize, kSize);
      if constexpr (kSize == 2) bits = __builtin_bswap16(bits);
      if constexpr (kSize == 4) bits = __builtin_bswap32(bits);
      if constexpr (kSize == 8) bits = __builtin_bswap64(bits);
      std::memcpy(to + i * kSize, &bits, kSize);
    }
  }
}

template <class T>
void WriteBigEndianArray(const T* values, std::size_t count, Writer& out) {
  constexpr std::size_t kBlock = 4096 / sizeof(T);
  char block[kBlock * sizeof(T)];
  while (count > 0) {
    const std::size_t size = count < kBlock ? count : kBlock;
    CopySwapped<sizeof(T)>(reinterpret_cast<const char*>(values), block, size);
    out.Raw(block, size * sizeof(T));
    values += size;
    count -= size;
  }
}

// `bytes` holds exactly the numbers that `values` has room for.
template <class T>
void ReadBigEndianArray(std::string_view bytes, T* values) {
  if (!bytes.empty()) CopySwapped<sizeof(T)>(bytes.data(), reinterpret_cast<char*>(values), bytes.size() / sizeof(T));
}

}  // namespace beam::internal
