#include "beam/io/glob.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace beam {
namespace {

struct MatchCase {
  std::string pattern;
  std::string path;
  bool matches;
};

class GlobMatch : public testing::TestWithParam<MatchCase> {};

TEST_P(GlobMatch, IsAsInBeam) {
  const auto& [pattern, path, matches] = GetParam();
  EXPECT_EQ(Glob(pattern).Matches(path), matches) << pattern << " : " << path;
}

INSTANTIATE_TEST_SUITE_P(Table, GlobMatch,
                         testing::ValuesIn<MatchCase>({
                             // Plain text.
                             {"a.mp3", "a.mp3", true},
                             {"a.mp3", "A.mp3", false},
                             {"a.mp3", "a.mp3x", false},
                             {"a.mp3", "xa.mp3", false},
                             {"a.mp3", "aXmp3", false},
                             {"a+(b)|c^$.txt", "a+(b)|c^$.txt", true},
                             // One star stays within a folder.
                             {"d/*.mp3", "d/a.mp3", true},
                             {"d/*.mp3", "d/.mp3", true},
                             {"d/*.mp3", "d/e/a.mp3", false},
                             {"d/*.mp3", "d/a\\b.mp3", false},
                             {"d/*", "d/", true},
                             {"d/*", "d/a\nb", true},
                             {"*/*", "a/b", true},
                             {"*/*", "a/b/c", false},
                             {"a*b*c", "abxbxc", true},
                             {"a*b*c", "abxbx", false},
                             // The first "b?" is the wrong one here: what follows it has a separator.
                             {"a*b?*c", "abxb/c", true},
                             // Two stars cross folders.
                             {"d/**.mp3", "d/a.mp3", true},
                             {"d/**.mp3", "d/e/f/a.mp3", true},
                             {"d/**.mp3", "d/.mp3", true},
                             {"d/**.mp3", "d/a.wav", false},
                             {"d/**/*.txt", "d/a.txt", false},
                             {"d/**/*.txt", "d/e/a.txt", true},
                             {"d/**/*.txt", "d/e/f/a.txt", true},
                             {"**", "", true},
                             {"**", "a/b", true},
                             {"**x**", "a/x/b", true},
                             {"**x**", "a/b", false},
                             {"***.mp3", "a/b.mp3", true},
                             // ? is one character, a separator too.
                             {"d?a", "d/a", true},
                             {"d?a", "da", false},
                             {"d?a", "d//a", false},
                             {"d?", "d\n", true},
                             {"caf?.mp3", "caf\xC3\xA9.mp3", true},
                             {"caf??.mp3", "caf\xC3\xA9.mp3", false},
                             {"x?.mp3", "x\xE9.mp3", true},
                             {"x??.mp3", "x\xE9\xC3.mp3", true},
                             // Sets.
                             {"[abc].wav", "b.wav", true},
                             {"[abc].wav", "d.wav", false},
                             {"[a-c].wav", "b.wav", true},
                             {"[a-c].wav", "-.wav", false},
                             {"[a-].wav", "-.wav", true},
                             {"[!abc].wav", "d.wav", true},
                             {"[!abc].wav", "a.wav", false},
                             {"[!abc].wav", ".wav", false},
                             {"x[!a]y", "x/y", true},
                             {"[]].wav", "].wav", true},
                             {"[!]].wav", "].wav", false},
                             {"[!]].wav", "a.wav", true},
                             {"[^a].wav", "^.wav", true},
                             {"[^a].wav", "b.wav", false},
                             {"[\\].wav", "\\.wav", true},
                             {"[*?].wav", "*.wav", true},
                             {"[*?].wav", "a.wav", false},
                             {"[\xC3\xA0-\xC3\xBF].wav", "\xC3\xA9.wav", true},
                             {"[\xC3\xA0-\xC3\xBF].wav", "e.wav", false},
                             {"song [live].mp3", "song [live].mp3", false},
                             {"song [live].mp3", "song v.mp3", true},
                             // An unclosed bracket is itself.
                             {"a[b", "a[b", true},
                             {"a[b*", "a[bc", true},
                             {"a[!", "a[!", true},
                             {"a[]", "a[]", true},
                             {"*[", "x[", true},
                             {"*[", "x", false},
                             // No escapes.
                             {"a\\*b", "a\\xb", true},
                             {"a\\*b", "a*b", false},
                             // A final separator means the content.
                             {"d/", "d/a", true},
                             {"d/", "d/e/a", false},
                             {"d\\", "d\\a", true},
                             {"gs://b/**", "gs://b/x/y", true},
                         }));

TEST(Glob, TellsItsLiteralPrefix) {
  EXPECT_EQ(Glob("/music/a*/b?").literal_prefix(), "/music/a");
  EXPECT_EQ(Glob("/music/[live]").literal_prefix(), "/music/");
  EXPECT_EQ(Glob("**").literal_prefix(), "");
  EXPECT_EQ(Glob("a/b").literal_prefix(), "a/b");
  EXPECT_EQ(Glob("a/b/").literal_prefix(), "a/b/");
}

TEST(Glob, TellsPatternsFromPaths) {
  for (const char* pattern : {"a*", "a?", "a[", "a/", "**"}) EXPECT_TRUE(Glob(pattern).has_wildcard()) << pattern;
  for (const char* path : {"a", "a]", "", "a!b-c", "gs://b/x"}) EXPECT_FALSE(Glob(path).has_wildcard()) << path;
}

TEST(Glob, KnowsWhichFoldersMayHoldMatches) {
  struct Case {
    const char* pattern;
    const char* folder;
    bool may;
  };
  for (const Case& c : {
           Case{"m/*.mp3", "m/", true},
           Case{"m/*.mp3", "m/a/", false},
           Case{"m/*/x.mp3", "m/a/", true},
           Case{"m/*/x.mp3", "m/a/b/", false},
           Case{"m/a*b/x.mp3", "m/acb/", true},
           Case{"m/a*b/x.mp3", "m/acd/", false},
           Case{"m/**.mp3", "m/a/b/c/", true},
           Case{"m/**/x/*.mp3", "m/a/", true},
           Case{"m/n/o*", "m/", true},
           Case{"m/n/o*", "n/", false},
           Case{"m?n/*", "m/n/", true},
           Case{"m[/]n/*", "m/", true},
           Case{"m/*/", "m/a/", true},
       }) {
    EXPECT_EQ(Glob(c.pattern).MayMatchBelow(c.folder), c.may) << c.pattern << " : " << c.folder;
  }
}

TEST(Glob, MatchesExactlyWhatWasEscaped) {
  for (const std::string text : {"song [live].mp3", "what?.wav", "a*b", "[[[]]]", "[!a]", "plain", "a\\b"}) {
    const Glob glob(Glob::Escape(text) + "**");
    EXPECT_TRUE(glob.Matches(text + "x")) << glob.pattern();
    EXPECT_FALSE(glob.Matches("x" + text)) << glob.pattern();
  }
  EXPECT_EQ(Glob::Escape("[live]"), "[[]live]");
  EXPECT_FALSE(Glob(Glob::Escape("what?")).Matches("whatX"));
}

// A pattern on which backtracking matchers take longer than the universe exists.
TEST(Glob, IsNotTrappedByPathologicalPatterns) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += i % 2 == 0 ? "*a" : "**a";
  pattern += "[b]";
  EXPECT_FALSE(Glob(pattern).Matches(std::string(4000, 'a')));
  EXPECT_TRUE(Glob(pattern).Matches(std::string(3999, 'a') + "b"));
}

// The definition of a match, written as plainly as possible: exponential, so only for short texts.
bool MatchesByDefinition(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    const bool two = pattern.starts_with("**");
    const std::string_view rest = pattern.substr(two ? 2 : 1);
    for (std::size_t i = 0;; ++i) {
      if (MatchesByDefinition(rest, text.substr(i))) return true;
      if (i == text.size() || (!two && text[i] == '/')) return false;
    }
  }
  if (text.empty() || (pattern[0] != '?' && pattern[0] != text[0])) return false;
  return MatchesByDefinition(pattern.substr(1), text.substr(1));
}

TEST(Glob, AgreesWithTheDefinitionOnRandomPatterns) {
  std::mt19937 random(1);
  const auto pick = [&](const std::string& from, std::size_t most) {
    std::string text;
    for (std::size_t i = random() % (most + 1); i > 0; --i) text += from[random() % from.size()];
    return text;
  };
  int matches = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string pattern = pick("**?ab/", 7);
    if (pattern.ends_with('/')) pattern += 'a';
    const std::string path = pick("ab/", 7);
    const bool expected = MatchesByDefinition(pattern, path);
    matches += expected;
    ASSERT_EQ(Glob(pattern).Matches(path), expected) << pattern << " : " << path;
    // A folder that holds a match may never be left out.
    for (std::size_t slash = path.find('/'); expected && slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      ASSERT_TRUE(Glob(pattern).MayMatchBelow(path.substr(0, slash + 1))) << pattern << " : " << path;
    }
  }
  EXPECT_GT(matches, 5000);
}

}  // namespace
}  // namespace beam
