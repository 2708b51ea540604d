#include "beam/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace beam::internal {
namespace {

TEST(Utf8, ReplacesWhatIsNotPartOfACharacter) {
  EXPECT_EQ(ToUtf8(""), "");
  EXPECT_EQ(ToUtf8("h\xC3\xA9llo"), "h\xC3\xA9llo");
  EXPECT_EQ(ToUtf8("\xFF"
                   "a\xED\xA0\x80"),
            "\xEF\xBF\xBD"
            "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Utf8, FindsTheFirstByteThatIsNotPartOfACharacter) {
  struct Case {
    std::string text;
    std::optional<std::size_t> offset;
  };
  const Case cases[] = {
      {"", std::nullopt},
      {"plain ASCII, long enough for the fast path", std::nullopt},
      {"h\xC3\xA9llo \xE2\x82\xAC \xF0\x9F\x8E\xB5", std::nullopt},
      {std::string("nul \0 is a character", 20), std::nullopt},
      {"\xF4\x8F\xBF\xBF", std::nullopt},
      {"\xED\x9F\xBF\xEE\x80\x80", std::nullopt},
      {"01234567\xFF", 8},
      {"0123\xC3", 4},
      {"ab\x80", 2},
      {"\xC0\x80", 0},          // overlong
      {"\xC1\xBF", 0},          // overlong
      {"\xE0\x9F\xBF", 0},      // overlong
      {"\xF0\x8F\xBF\xBF", 0},  // overlong
      {"a\xED\xA0\x80", 1},     // a surrogate
      {"\xF4\x90\x80\x80", 0},  // above U+10FFFF
      {"\xF5\x80\x80\x80", 0},
      {"\xE2\x82", 0},
      {"\xE2\x82z", 0},
  };
  for (const Case& c : cases) EXPECT_EQ(FindInvalidUtf8(c.text), c.offset) << c.text;
}

TEST(Utf8, DecodesEachLength) {
  EXPECT_EQ(DecodeUtf8("A")->code_point, 0x41u);
  EXPECT_EQ(DecodeUtf8("\xC3\xA9")->code_point, 0xE9u);
  EXPECT_EQ(DecodeUtf8("\xE2\x82\xAC")->code_point, 0x20ACu);
  EXPECT_EQ(DecodeUtf8("\xF0\x9F\x8E\xB5!")->code_point, 0x1F3B5u);
  EXPECT_EQ(DecodeUtf8("\xF0\x9F\x8E\xB5!")->size, 4u);
}

}  // namespace
}  // namespace beam::internal
