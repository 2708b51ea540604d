#include "klay/jobs/printable.h"

#include <gtest/gtest.h>

namespace klay {
namespace {

TEST(PrintableTest, OneLineWithoutControlCharacters) {
  struct Case {
    const char* text;
    const char* printable;
  };
  const Case cases[] = {
      {"", ""},
      {"a \"b\" \\c", "a \"b\" \\c"},
      {"na\xC3\xAFve \xE2\x99\xAB", "na\xC3\xAFve \xE2\x99\xAB"},
      {"a\nb\tc",
       "a\\nb\\x09"
       "c"},
      {"\x1b[31m", "\\x1B[31m"},
      {"\x7F", "\\x7F"},
      {"\xC2\x9B"
       "31m",
       "\\xC2\\x9B"
       "31m"},
      {"latin \xE9.", "latin \\xE9."},
      {"\xC3", "\\xC3"},
      {"\xC0\xAF", "\\xC0\\xAF"},
  };
  for (const Case& c : cases) EXPECT_EQ(Printable(c.text), c.printable);
}

}  // namespace
}  // namespace klay
