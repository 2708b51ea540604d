// SuffixPattern: the end of a path, described by a regular expression. klay_beam: path.remove_suffix_pattern.
//
//   const klay::SuffixPattern drums("\\.drums(-\\d)?\\.wav");
//   drums.Remove("gs://bucket/song.drums-1.wav") == "gs://bucket/song"
//
// What is removed is the longest end of the path that the pattern matches as a whole. (The original looks at the first
// match anywhere: in "a.drums.wav/b.drums-1.wav" it finds the folder's and removes nothing, and a pattern that matches
// the empty text removes everything. Here the one loses its end and the other changes nothing.)
//
// The pattern is in the syntax of ECMAScript, which Python shares but for named groups, (?i) and look-behind; without
// back-references, which alone take exponential time. Compiled once; a SuffixPattern may be used by several threads at
// once.
#pragma once

#include <regex>
#include <string>
#include <string_view>

namespace klay {

class SuffixPattern {
 public:
  // Throws beam::UsageError if it is not a regular expression.
  explicit SuffixPattern(const std::string& pattern);

  // Throws beam::Error for a path beyond kLongestPath bytes, and if the pattern is too complex to be matched.
  std::string Remove(std::string_view path) const;

  // Matching can take time with the square of the length; no file system or object store knows longer names.
  static constexpr std::size_t kLongestPath = 4096;

 private:
  std::regex ending_;
};

}  // namespace klay
