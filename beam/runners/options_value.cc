#include "beam/runners/options_value.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace beam {
namespace {

// How many letters must be added, removed or replaced to make one text of the other (Levenshtein 1966).
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (AsciiLower(a[i]) == AsciiLower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::optional<double> ParseDouble(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

std::string NearestName(std::string_view typed, const std::vector<std::string>& names) {
  std::string nearest;
  // Three letters wrong in ten are still taken for the name.
  std::size_t least = std::max<std::size_t>(2, typed.size() * 3 / 10) + 1;
  for (const std::string& name : names) {
    const std::size_t distance = EditDistance(typed, name);
    if (distance < least && distance < name.size()) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

bool IsOff(std::string_view text) {
  constexpr std::string_view kOff[] = {"false", "no", "off", "0"};
  return std::any_of(std::begin(kOff), std::end(kOff),
                     [&](std::string_view no) { return EqualIgnoringCase(text, no); });
}

bool FlagValue<bool>::Parse(std::string_view text) {
  for (const char* const yes : {"true", "yes", "on", "1"}) {
    if (EqualIgnoringCase(text, yes)) return true;
  }
  if (IsOff(text)) return false;
  throw UsageError("must be true or false");
}

double FlagValue<double>::Parse(std::string_view text) {
  if (const auto value = ParseDouble(text)) return *value;
  throw UsageError("must be a number such as 0.5");
}

std::string FlagValue<double>::Text(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return std::string(text.data(), end);
}

ByteSize FlagValue<ByteSize>::Parse(std::string_view text) {
  if (const auto size = ParseByteSize(text)) return *size;
  throw UsageError("must be a size such as 500MB or 2GiB");
}

}  // namespace beam
