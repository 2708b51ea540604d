#include "beam/base/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace beam {
namespace {

std::string Counting(int from, int step) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += static_cast<char>(from + step * i);
  return bytes;
}

struct Case {
  std::string bytes;
  std::uint32_t crc;
};

// RFC 3720, B.4; the check value of the catalogue of parametrised CRC algorithms.
const Case kCases[] = {
    {"", 0},
    {"123456789", 0xE3069283},
    {std::string(32, '\0'), 0x8A9136AA},
    {std::string(32, '\xFF'), 0x62A8AB43},
    {Counting(0, 1), 0x46DD794E},
    {Counting(31, -1), 0x113FDB5C},
};

TEST(Crc32c, OfTheStandardsExamples) {
  for (const Case& c : kCases) {
    EXPECT_EQ(Crc32c(c.bytes), c.crc);
    EXPECT_EQ(internal::ExtendCrc32cByTable(0, c.bytes), c.crc);
  }
}

TEST(Crc32c, GoesOnAnywhereAndIsTheSameByTable) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += static_cast<char>(i * i * 31);
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    const std::string_view begin = std::string_view(bytes).substr(0, at);
    const std::string_view rest = std::string_view(bytes).substr(at);
    EXPECT_EQ(ExtendCrc32c(Crc32c(begin), rest), Crc32c(bytes)) << at;
    EXPECT_EQ(internal::ExtendCrc32cByTable(Crc32c(begin), rest), Crc32c(bytes)) << at;
  }
}

// Long enough to be summed in strips, of any length and beginning anywhere.
TEST(Crc32c, OfManyBytesIsTheSameByTable) {
  std::string bytes;
  for (unsigned i = 0; i < 20'000; ++i) bytes += static_cast<char>(i * i * 31 + i / 7);
  for (std::size_t size = bytes.size(), at = 0; size > 2'000; size -= 617, at += 3) {
    const std::string_view part = std::string_view(bytes).substr(at, size - at);
    EXPECT_EQ(Crc32c(part), internal::ExtendCrc32cByTable(0, part)) << at;
    EXPECT_EQ(ExtendCrc32c(17, part), internal::ExtendCrc32cByTable(17, part)) << at;
  }
}

}  // namespace
}  // namespace beam
