#include "klay/path/suffix_pattern.h"

#include <gtest/gtest.h>

#include "beam/base/error.h"

namespace klay {
namespace {

TEST(SuffixPattern, Table) {
  constexpr const char* kDrums = R"(.drums(-\d)?\.wav)";
  struct Case {
    const char* path;
    const char* pattern;
    const char* removed;
  };
  const Case cases[] = {
      // The table of the original.
      {"path/to/audio.drums.wav", kDrums, "path/to/audio"},
      {"path/to/audio.drums.wav", ".drums.wav", "path/to/audio"},
      {"/path/to/audio.drums.wav", kDrums, "/path/to/audio"},
      {"gs://path/to/audio.drums.wav", kDrums, "gs://path/to/audio"},
      {"path/to/audio.drums-1.wav", kDrums, "path/to/audio"},
      {"path/to/audio.drums-12.wav", kDrums, "path/to/audio.drums-12.wav"},
      {"x/a.drums-1.wav/b.drums.wav", kDrums, "x/a.drums-1.wav/b"},  // the original: unchanged
      {"abc", "x*", "abc"},                                          // the original: ""
      // Beyond it.
      {"s3://b/a.wav.wav", R"(\.wav)", "s3://b/a.wav"},
      {"a.b.c", R"(\..*)", "a"},
      {"a.wav", R"(\.\w+?)", "a"},
      {"a.wav", R"(\.wav|\.mp3)", "a"},
      {"a.mp3", R"(\.wav|\.mp3)", "a"},
      {"a.mp3x", R"(\.wav|\.mp3)", "a.mp3x"},
      {"a.wav", R"(\.wav$)", "a"},
      {"a.wav", "", "a.wav"},
      {"a.wav", ".*", ""},
      {"", ".*", ""},
  };
  for (const Case& c : cases)
    EXPECT_EQ(SuffixPattern(c.pattern).Remove(c.path), c.removed) << c.path << ' ' << c.pattern;
}

TEST(SuffixPattern, RefusesWhatIsNoPattern) {
  for (const char* pattern : {"(", "[", "a)(b", "*", "\\", R"((a)\1)"}) {
    EXPECT_THROW(SuffixPattern{pattern}, beam::UsageError) << pattern;
  }
}

TEST(SuffixPattern, LongPathsAreMatchedOrRefusedNeverACrash) {
  const SuffixPattern greedy(R"((a|b|\.)*\.wav)");
  const std::string longest = std::string(SuffixPattern::kLongestPath - 4, 'a') + ".wav";
  EXPECT_EQ(greedy.Remove(longest), "");
  EXPECT_THROW(greedy.Remove(longest + "x"), beam::Error);
  EXPECT_EQ(SuffixPattern("(a+)+b").Remove(std::string(200, 'a')), std::string(200, 'a'));  // not in exponential time
}

}  // namespace
}  // namespace klay
