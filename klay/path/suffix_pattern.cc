#include "klay/path/suffix_pattern.h"

#include "beam/base/error.h"

namespace klay {
namespace {

// libstdc++ matches by recursion, a few frames for each character and without bound in time, unless it is asked not to.
#ifdef __GLIBCXX__
constexpr auto kSyntax = std::regex_constants::ECMAScript | std::regex_constants::__polynomial;
#else
constexpr auto kSyntax = std::regex_constants::ECMAScript;
#endif

std::regex Ending(const std::string& pattern) {
  try {
    // By itself first: only a pattern that is whole can be put into a group.
    const std::regex alone(pattern, kSyntax);
    return std::regex("(?:" + pattern + ")$", kSyntax);
  } catch (const std::regex_error& error) {
    throw beam::UsageError("the pattern " + pattern + " is not a regular expression that can be used: " + error.what());
  }
}

}  // namespace

SuffixPattern::SuffixPattern(const std::string& pattern) : ending_(Ending(pattern)) {}

std::string SuffixPattern::Remove(std::string_view path) const {
  if (path.size() > kLongestPath) {
    throw beam::Error("a path of " + std::to_string(path.size()) + " bytes is not matched with a pattern: at most "
                      + std::to_string(kLongestPath) + " are");
  }
  std::cmatch match;
  try {
    if (!std::regex_search(path.data(), path.data() + path.size(), match, ending_)) return std::string(path);
  } catch (const std::regex_error& error) {
    throw beam::Error("the pattern for the end of " + std::string(path) + " cannot be matched: " + error.what());
  }
  return std::string(path.substr(0, static_cast<std::size_t>(match.position(0))));
}

}  // namespace klay
