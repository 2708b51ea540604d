#include "beam/base/base64.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace beam {
namespace {

struct Case {
  std::string bytes;
  std::string standard;
  std::string for_urls;
};

TEST(Base64, OfTheStandardAndOfBytesThatNeedEveryLetter) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(FromBase64(Base64(all)), all);
  EXPECT_EQ(FromBase64(Base64Url(all)), all);
  const Case cases[] = {
      {"", "", ""},
      {"f", "Zg==", "Zg"},
      {"fo", "Zm8=", "Zm8"},
      {"foo", "Zm9v", "Zm9v"},
      {"foob", "Zm9vYg==", "Zm9vYg"},
      {"fooba", "Zm9vYmE=", "Zm9vYmE"},
      {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
      {"\xFB\xFF\xFE", "+//+", "-__-"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Base64(c.bytes), c.standard);
    EXPECT_EQ(Base64Url(c.bytes), c.for_urls);
    EXPECT_EQ(FromBase64(c.standard), c.bytes);
    EXPECT_EQ(FromBase64(c.for_urls), c.bytes);
  }
}

TEST(Base64, TellsWhatIsNone) {
  for (const char* text : {"A", "===", "AAAAA", "Z g=", "Zm9v Zg", "Zg==Zg==", "Z*=="}) {
    EXPECT_EQ(FromBase64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace beam
