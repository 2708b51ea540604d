#include "beam/io/path_text.h"

#include <gtest/gtest.h>

namespace beam::internal {
namespace {

TEST(PathText, FindsTheScheme) {
  struct Case {
    const char* path;
    const char* scheme;
  };
  for (const Case& c :
       {Case{"gs://b/x", "gs"}, Case{"GS://b", "gs"}, Case{"file:///a", "file"}, Case{"a+b-c.1://x", "a+b-c.1"},
        Case{"/a/b", ""}, Case{"a.mp3", ""}, Case{"", ""}, Case{"://x", ""}, Case{"1a://x", ""}, Case{"a b://x", ""},
        Case{"/a://x", ""}, Case{"c:/x", ""}, Case{"./gs://b", ""}}) {
    EXPECT_EQ(SchemeOf(c.path), c.scheme) << c.path;
  }
}

TEST(PathText, QuotesOnOneLine) {
  EXPECT_EQ(Quoted("a b.mp3"), "\"a b.mp3\"");
  EXPECT_EQ(Quoted("caf\xC3\xA9"), "\"caf\xC3\xA9\"");
  EXPECT_EQ(Quoted("a\nb\t\"c\"\\"), R"("a\nb\t\"c\"\\")");
  EXPECT_EQ(Quoted("x\xE9\x01\x7F"), R"("x\xE9\x01\x7F")");
}

}  // namespace
}  // namespace beam::internal
