// Glob: Beam's file patterns, to the letter of its Python SDK.
//
//   *        any run of characters other than '/' and '\', also an empty one
//   **       any run of characters, separators included, also an empty one
//   ?        exactly one character of any kind, '/' too
//   [a-z_]   one character of the set;  [!a-z] one that is not;  a ']' right behind "[" or "[!" is a member
//   [ab      an unclosed '[' is an ordinary character
// There is no escape character; Escape() writes special characters as one-character sets. The whole path must match.
// Letter case counts. A pattern that ends in '/' or '\' means its content: '*' is appended.
//
// A character is a well-formed UTF-8 sequence, or a single byte that belongs to none; locales play no part. Matching
// takes time proportional to pattern times path, whatever the pattern.
//
// Immutable after construction, so any thread may use it at any time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace beam {

class Glob {
 public:
  explicit Glob(std::string pattern);

  // The pattern, with the '*' that a final separator stands for.
  const std::string& pattern() const { return pattern_; }

  // False for a pattern without '*', '?' and '[': a plain path, to be looked up instead of searched for.
  bool has_wildcard() const { return prefix_size_ != pattern_.size(); }

  // The text before the first '*', '?' or '[': what every matching path starts with.
  std::string_view literal_prefix() const { return std::string_view(pattern_).substr(0, prefix_size_); }

  bool Matches(std::string_view path) const;

  // Whether some path that starts with `folder` might match: if not, there is no need to look into that folder.
  bool MayMatchBelow(std::string_view folder) const;

  // A pattern that matches exactly `text`, so that a user's folder may be part of a pattern: "[live]" -> "[[]live]".
  static std::string Escape(std::string_view text);

 private:
  struct Token {
    enum class Kind { kCharacter, kAny, kSet, kStar, kDoubleStar };
    Kind kind;
    std::uint32_t character = 0;
    bool negated = false;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges = {};

    bool Accepts(std::uint32_t code_point) const;
  };

  void Parse(std::string_view pattern);
  std::vector<char> Run(std::string_view text, std::size_t token_count) const;

  std::string pattern_;
  std::size_t prefix_size_ = 0;
  std::vector<Token> tokens_;   // what follows the literal prefix
  std::size_t body_count_ = 0;  // how many of them come before the literal suffix
  std::string literal_suffix_;  // the text after the last special character
};

}  // namespace beam
