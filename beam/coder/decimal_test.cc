#include "beam/coder/decimal.h"

#include <gtest/gtest.h>

#include "beam/base/error.h"
#include "beam/coder/test_hex.h"

namespace beam::internal {
namespace {

std::string Encoded(std::string_view text) {
  Writer out;
  WriteDecimal(text, out);
  return Hex(out.view());
}

std::string Decoded(std::string_view hex) {
  const std::string bytes = FromHex(hex);
  Reader in(bytes);
  return ReadDecimal(in);
}

TEST(Decimal, BytesAndTextBothWays) {
  const struct {
    const char* text;
    const char* bytes;
  } cases[] = {
      {"0", "00 01 00"},
      {"0.0", "01 01 00"},
      {"1.0", "01 01 0A"},
      {"3.1415", "04 02 7A B7"},
      {"-100.123", "03 03 FE 78 E5"},
      {"127", "00 01 7F"},
      {"128", "00 02 00 80"},
      {"-128", "00 01 80"},
      {"-129", "00 02 FF 7F"},
      {"-0.05", "02 01 FB"},
      {"256", "00 02 01 00"},
      {"-256", "00 02 FF 00"},
      {"18446744073709551616", "00 09 01 00 00 00 00 00 00 00 00"},
      {"-18446744073709551616", "00 09 FF 00 00 00 00 00 00 00 00"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Encoded(c.text), c.bytes);
    EXPECT_EQ(Decoded(c.bytes), c.text);
  }
}

TEST(Decimal, OtherFormsOfTheSameNumber) {
  EXPECT_EQ(Encoded("+1.50"), Encoded("1.50"));
  EXPECT_EQ(Encoded(".5"), Encoded("0.5"));
  EXPECT_EQ(Encoded("-0"), "00 01 00");
  // Scale -3: five thousand.
  EXPECT_EQ(Decoded("FD FF FF FF FF FF FF FF FF 01 01 05"), "5000");
  EXPECT_EQ(Decoded("00 00"), "0");
}

TEST(Decimal, WhatIsNoNumberThrows) {
  for (const char* text : {"", "-", ".", "1.2.3", "1e5", " 1", "abc", "--1"}) {
    EXPECT_THROW(Encoded(text), Error) << text;
  }
  for (const char* bytes : {"", "00", "00 02 01", "FF FF FF FF 7F 01 05", "80 80 80 80 80 80 80 80 80 01 01 05"}) {
    EXPECT_THROW(Decoded(bytes), Error) << bytes;
  }
  EXPECT_THROW(Encoded(std::string(20000, '1')), Error);
}

}  // namespace
}  // namespace beam::internal
