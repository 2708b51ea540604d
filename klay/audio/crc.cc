#include "klay/audio/crc.h"

#include <array>
#include <cstddef>

namespace klay::internal {
namespace {

// "Slicing by eight": tables[k][b] is what byte b contributes with k more bytes after it, so that eight bytes are eight
// independent look-ups. A narrower check with the most significant bit first is kept in the upper bits of 32.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables MakeMsbFirst(std::uint32_t polynomial_in_upper_bits) {
  Tables tables{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b << 24;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc >> 31) != 0 ? polynomial_in_upper_bits : 0);
    tables[0][b] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t b = 0; b < 256; ++b) {
      tables[k][b] = (tables[k - 1][b] << 8) ^ tables[0][tables[k - 1][b] >> 24];
    }
  }
  return tables;
}

constexpr Tables MakeLsbFirst(std::uint32_t reversed_polynomial) {
  Tables tables{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? reversed_polynomial : 0);
    tables[0][b] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t b = 0; b < 256; ++b) {
      tables[k][b] = (tables[k - 1][b] >> 8) ^ tables[0][tables[k - 1][b] & 0xFF];
    }
  }
  return tables;
}

constexpr Tables kOgg = MakeMsbFirst(0x04C11DB7);
constexpr Tables kFlac16 = MakeMsbFirst(0x80050000);
constexpr Tables kFlac8 = MakeMsbFirst(0x07000000);
constexpr Tables kLame = MakeLsbFirst(0xA001);

std::uint32_t MsbFirst(const Tables& t, std::uint32_t crc, ByteView bytes) {
  const std::uint8_t* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, p += 8) {
    crc = t[7][(crc >> 24) ^ p[0]] ^ t[6][((crc >> 16) & 0xFF) ^ p[1]] ^ t[5][((crc >> 8) & 0xFF) ^ p[2]]
        ^ t[4][(crc & 0xFF) ^ p[3]] ^ t[3][p[4]] ^ t[2][p[5]] ^ t[1][p[6]] ^ t[0][p[7]];
  }
  for (; left > 0; --left, ++p) crc = (crc << 8) ^ t[0][(crc >> 24) ^ *p];
  return crc;
}

std::uint32_t LsbFirst(const Tables& t, std::uint32_t crc, ByteView bytes) {
  const std::uint8_t* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, p += 8) {
    crc = t[7][(crc & 0xFF) ^ p[0]] ^ t[6][((crc >> 8) & 0xFF) ^ p[1]] ^ t[5][((crc >> 16) & 0xFF) ^ p[2]]
        ^ t[4][(crc >> 24) ^ p[3]] ^ t[3][p[4]] ^ t[2][p[5]] ^ t[1][p[6]] ^ t[0][p[7]];
  }
  for (; left > 0; --left, ++p) crc = (crc >> 8) ^ t[0][(crc & 0xFF) ^ *p];
  return crc;
}

}  // namespace

std::uint32_t OggCrc(std::uint32_t crc, ByteView bytes) { return MsbFirst(kOgg, crc, bytes); }

std::uint16_t FlacCrc16(std::uint16_t crc, ByteView bytes) {
  return static_cast<std::uint16_t>(MsbFirst(kFlac16, std::uint32_t{crc} << 16, bytes) >> 16);
}

std::uint8_t FlacCrc8(std::uint8_t crc, ByteView bytes) {
  return static_cast<std::uint8_t>(MsbFirst(kFlac8, std::uint32_t{crc} << 24, bytes) >> 24);
}

std::uint16_t LameCrc(std::uint16_t crc, ByteView bytes) {
  return static_cast<std::uint16_t>(LsbFirst(kLame, crc, bytes));
}

}  // namespace klay::internal
