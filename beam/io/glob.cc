#include "beam/io/glob.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "beam/base/utf8.h"

namespace beam {
namespace {

constexpr std::string_view kSpecial = "*?[";

bool IsSeparator(std::uint32_t character) { return character == '/' || character == '\\'; }

// Takes the first character off `text`. A byte outside UTF-8 becomes a number that no character has: U+DC00 + byte, a
// low surrogate, as Python's "surrogateescape" does.
std::uint32_t TakeCharacter(std::string_view& text) {
  const std::optional<internal::Utf8Character> character = internal::DecodeUtf8(text);
  const std::uint32_t code_point = character ? character->code_point : 0xDC00u + static_cast<unsigned char>(text[0]);
  text.remove_prefix(character ? character->size : 1);
  return code_point;
}

// The offset of the ']' that closes a set whose members start at `members`; npos if there is none.
std::size_t FindSetEnd(std::string_view pattern, std::size_t members) {
  std::size_t from = members;
  if (from < pattern.size() && pattern[from] == '!') ++from;
  if (from < pattern.size() && pattern[from] == ']') ++from;
  return pattern.find(']', from);
}

}  // namespace

Glob::Glob(std::string pattern) : pattern_(std::move(pattern)) {
  if (!pattern_.empty() && IsSeparator(static_cast<unsigned char>(pattern_.back()))) pattern_ += '*';
  prefix_size_ = std::min(pattern_.find_first_of(kSpecial), pattern_.size());
  std::string_view rest = std::string_view(pattern_).substr(prefix_size_);
  // A ']' may close a set, so no suffix starts before one. An unclosed '[' parses as itself with or without the suffix.
  const std::size_t last_special = rest.find_last_of("*?[]");
  const std::size_t body_size = last_special == std::string_view::npos ? 0 : last_special + 1;
  Parse(rest.substr(0, body_size));
  body_count_ = tokens_.size();
  literal_suffix_ = rest.substr(body_size);
  Parse(literal_suffix_);
}

void Glob::Parse(std::string_view pattern) {
  using Kind = Token::Kind;
  while (!pattern.empty()) {
    if (pattern.starts_with("**")) {
      pattern.remove_prefix(2);
      tokens_.push_back({Kind::kDoubleStar});
    } else if (pattern[0] == '*') {
      pattern.remove_prefix(1);
      tokens_.push_back({Kind::kStar});
    } else if (pattern[0] == '?') {
      pattern.remove_prefix(1);
      tokens_.push_back({Kind::kAny});
    } else if (const std::size_t end = FindSetEnd(pattern, 1); pattern[0] == '[' && end != std::string_view::npos) {
      Token set{Kind::kSet};
      std::string_view members = pattern.substr(1, end - 1);
      pattern.remove_prefix(end + 1);
      set.negated = members.starts_with('!');
      if (set.negated) members.remove_prefix(1);
      while (!members.empty()) {
        const std::uint32_t first = TakeCharacter(members);
        std::uint32_t last = first;
        if (members.size() > 1 && members[0] == '-') {
          members.remove_prefix(1);
          last = TakeCharacter(members);
        }
        set.ranges.emplace_back(first, last);
      }
      tokens_.push_back(std::move(set));
    } else {
      tokens_.push_back({Kind::kCharacter, TakeCharacter(pattern)});
    }
  }
}

bool Glob::Token::Accepts(std::uint32_t code_point) const {
  switch (kind) {
    case Kind::kCharacter: return code_point == character;
    case Kind::kAny:
    case Kind::kDoubleStar: return true;
    case Kind::kStar: return !IsSeparator(code_point);
    case Kind::kSet: break;
  }
  const bool member = std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
    return code_point >= range.first && code_point <= range.second;
  });
  return member != negated;
}

// Runs the first `token_count` tokens as a non-deterministic automaton over `text`: element i of the result tells
// whether the first i tokens can have consumed all of it.
std::vector<char> Glob::Run(std::string_view text, std::size_t token_count) const {
  const auto is_star = [&](std::size_t i) {
    return tokens_[i].kind == Token::Kind::kStar || tokens_[i].kind == Token::Kind::kDoubleStar;
  };
  std::vector<char> reached(token_count + 1);
  // A star may consume nothing.
  const auto skip_stars = [&] {
    for (std::size_t i = 0; i < token_count; ++i) reached[i + 1] |= reached[i] && is_star(i);
  };
  reached[0] = true;
  skip_stars();
  while (!text.empty()) {
    const std::uint32_t character = TakeCharacter(text);
    // From the back, as each state moves to the one after it; behind a star it may also stay.
    for (std::size_t i = token_count; i > 0; --i) {
      reached[i] = (reached[i - 1] || (reached[i] && is_star(i - 1))) && tokens_[i - 1].Accepts(character);
    }
    reached[0] = false;
    skip_stars();
  }
  return reached;
}

bool Glob::Matches(std::string_view path) const {
  if (path.size() < prefix_size_ + literal_suffix_.size()) return false;
  if (!path.starts_with(literal_prefix()) || !path.ends_with(literal_suffix_)) return false;
  path.remove_prefix(prefix_size_);
  path.remove_suffix(literal_suffix_.size());
  if (body_count_ == 0) return path.empty();
  if (body_count_ == 1 && tokens_[0].kind == Token::Kind::kDoubleStar) return true;
  return Run(path, body_count_).back();
}

bool Glob::MayMatchBelow(std::string_view folder) const {
  if (folder.size() <= prefix_size_) return literal_prefix().starts_with(folder);
  if (!folder.starts_with(literal_prefix())) return false;
  const std::vector<char> reached = Run(folder.substr(prefix_size_), tokens_.size());
  return std::find(reached.begin(), reached.end(), true) != reached.end();
}

std::string Glob::Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) {
      escaped += {'[', c, ']'};
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace beam
