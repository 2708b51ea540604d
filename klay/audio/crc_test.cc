#include "klay/audio/crc.h"

#include <gtest/gtest.h>

#include <string>

namespace klay::internal {
namespace {

ByteView BytesOf(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

// The check values of the catalogue of CRC algorithms (reveng.sourceforge.io/crc-catalogue) for "123456789":
// CRC-32/BZIP2 without its inversions is Ogg's, CRC-16/UMTS, CRC-8/SMBUS, CRC-16/ARC.
TEST(Crc, GivesThePublishedCheckValues) {
  const std::string digits = "123456789";
  const ByteView check = BytesOf(digits);
  EXPECT_EQ(FlacCrc16(0, check), 0xFEE8);
  EXPECT_EQ(FlacCrc8(0, check), 0xF4);
  EXPECT_EQ(LameCrc(0, check), 0xBB3D);
  EXPECT_EQ(OggCrc(0xFFFFFFFF, check) ^ 0xFFFFFFFF, 0xFC891918);
}

TEST(Crc, CanBeTakenInPieces) {
  std::string text;
  for (int i = 0; i < 100; ++i) text.push_back(static_cast<char>(i * 37));
  const ByteView whole = BytesOf(text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(OggCrc(OggCrc(7, whole.first(cut)), whole.subspan(cut)), OggCrc(7, whole));
    EXPECT_EQ(FlacCrc16(FlacCrc16(7, whole.first(cut)), whole.subspan(cut)), FlacCrc16(7, whole));
    EXPECT_EQ(FlacCrc8(FlacCrc8(7, whole.first(cut)), whole.subspan(cut)), FlacCrc8(7, whole));
    EXPECT_EQ(LameCrc(LameCrc(7, whole.first(cut)), whole.subspan(cut)), LameCrc(7, whole));
  }
}

}  // namespace
}  // namespace klay::internal
