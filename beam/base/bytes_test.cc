#include "beam/base/bytes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace beam {
namespace {

std::string VarIntBytes(std::uint64_t value) {
  Writer out;
  out.VarInt(value);
  return out.Take();
}

TEST(Bytes, VarIntHasBeamsForm) {
  struct Case {
    std::uint64_t value;
    std::string bytes;
  };
  const Case cases[] = {
      {0, std::string(1, '\0')},
      {1, "\x01"},
      {127, "\x7F"},
      {128, "\x80\x01"},
      {300, "\xAC\x02"},
      {16383, "\xFF\x7F"},
      {16384, "\x80\x80\x01"},
      {static_cast<std::uint64_t>(-1), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"},
      {std::uint64_t{1} << 63, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(VarIntBytes(c.value), c.bytes) << c.value;
    EXPECT_EQ(Reader(c.bytes).VarInt(), c.value);
    EXPECT_EQ(VarIntSize(c.value), c.bytes.size()) << c.value;
  }
}

TEST(Bytes, VarIntComesBackAtEveryBitWidth) {
  for (int bit = 0; bit < 64; ++bit) {
    for (const std::int64_t delta : {-1, 0, 1}) {
      const std::uint64_t value = (std::uint64_t{1} << bit) + static_cast<std::uint64_t>(delta);
      const std::string bytes = VarIntBytes(value);
      Reader in(bytes);
      EXPECT_EQ(in.VarInt(), value);
      EXPECT_TRUE(in.empty());
      EXPECT_EQ(VarIntSize(value), bytes.size());
    }
  }
}

TEST(Bytes, VarIntThatNeverEndsIsRefused) {
  EXPECT_THROW(Reader(std::string(11, '\xFF')).VarInt(), Error);
  EXPECT_THROW(Reader(std::string(10, '\x80')).VarInt(), Error);
  EXPECT_THROW(Reader(std::string(9, '\x80')).VarInt(), Error);
  EXPECT_THROW(Reader("").VarInt(), Error);
}

TEST(Bytes, BigEndianPutsTheMostSignificantByteFirst) {
  Writer out;
  out.BigEndian(std::uint8_t{0xAB});
  out.BigEndian(std::uint16_t{0x0102});
  out.BigEndian(std::uint32_t{0x03040506});
  out.BigEndian(std::uint64_t{0x0708090A0B0C0D0E});
  EXPECT_EQ(out.view(), "\xAB\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E");
  Reader in(out.view());
  EXPECT_EQ(in.BigEndian<std::uint8_t>(), 0xAB);
  EXPECT_EQ(in.BigEndian<std::uint16_t>(), 0x0102);
  EXPECT_EQ(in.BigEndian<std::uint32_t>(), 0x03040506u);
  EXPECT_EQ(in.BigEndian<std::uint64_t>(), 0x0708090A0B0C0D0Eu);
  EXPECT_TRUE(in.empty());
}

TEST(Bytes, ReaderConsumesAndKnowsWhatIsLeft) {
  const std::string bytes = "abcdef";
  Reader in(bytes);
  EXPECT_EQ(in.Byte(), 'a');
  EXPECT_EQ(in.Raw(2), "bc");
  EXPECT_EQ(in.remaining(), 3u);
  EXPECT_EQ(in.Raw(0), "");
  EXPECT_EQ(in.Rest(), "def");
  EXPECT_TRUE(in.empty());
  EXPECT_EQ(in.Rest(), "");
}

TEST(Bytes, ReaderNeverRunsPastTheEnd) {
  const std::string bytes = "abc";
  EXPECT_THROW(Reader(bytes).Raw(4), Error);
  EXPECT_THROW(Reader(bytes).Raw(std::numeric_limits<std::uint64_t>::max()), Error);
  EXPECT_THROW(Reader(bytes).BigEndian<std::uint32_t>(), Error);
  Reader in(bytes);
  in.Raw(3);
  EXPECT_THROW(in.Byte(), Error);
}

TEST(Bytes, WriterAppendsAndGivesItsBytesAway) {
  Writer out;
  out.Byte(0xFF);
  out.Raw(std::string_view("a\0b", 3));
  out.Raw("cd", 1);
  EXPECT_EQ(out.view(),
            std::string_view("\xFF"
                             "a\0bc",
                             5));
  EXPECT_EQ(out.size(), 5u);
  EXPECT_EQ(out.Take().size(), 5u);
  out.Clear();
  EXPECT_EQ(out.size(), 0u);
}

}  // namespace
TEST(Writer, FillsInALengthWhateverWasExpected) {
  for (const std::size_t expected : {0, 1, 127, 128, 20000}) {
    for (const std::size_t size : {0, 1, 127, 128, 300, 20000}) {
      Writer out;
      out.Byte(7);
      const Writer::LengthMark mark = out.BeginLength(expected);
      out.Raw(std::string(size, 'x'));
      out.EndLength(mark);
      Writer wanted;
      wanted.Byte(7);
      wanted.VarInt(size);
      wanted.Raw(std::string(size, 'x'));
      EXPECT_EQ(out.view(), wanted.view()) << expected << " expected, " << size << " written";
    }
  }
}

}  // namespace beam
