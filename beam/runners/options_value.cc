#include "beam/runners/options_value.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace beam {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// How many letters must be added, removed or replaced to make one text of the other (Levenshtein 1966).
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (Lower(a[i]) == Lower(b[j]) ? 0 : 1);
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

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
// In the order in which Text() tries them.
constexpr Unit kUnits[] = {
    {"TiB", std::uint64_t{1} << 40},
    {"GiB", std::uint64_t{1} << 30},
    {"MiB", std::uint64_t{1} << 20},
    {"KiB", std::uint64_t{1} << 10},
    {"TB", 1'000'000'000'000},
    {"GB", 1'000'000'000},
    {"MB", 1'000'000},
    {"kB", 1000},
    {"B", 1},
};

}  // namespace

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return Lower(x) == Lower(y); });
}

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

bool FlagValue<bool>::Parse(std::string_view text) {
  for (const char* const yes : {"true", "yes", "on", "1"}) {
    if (EqualIgnoringCase(text, yes)) return true;
  }
  for (const char* const no : {"false", "no", "off", "0"}) {
    if (EqualIgnoringCase(text, no)) return false;
  }
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
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = ParseDouble(text.substr(0, digits));
  std::string_view unit = text.substr(digits);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit.empty()) unit = "B";
  for (const Unit& known : kUnits) {
    if (!number || !EqualIgnoringCase(unit, known.name)) continue;
    const double bytes = *number * static_cast<double>(known.bytes);
    // Exact for every size that a machine has; beyond the range of the type the cast would be undefined.
    if (bytes < 9e18) return {static_cast<std::uint64_t>(bytes)};
  }
  throw UsageError("must be a size such as 500MB or 2GiB");
}

std::string FlagValue<ByteSize>::Text(ByteSize value) {
  for (const Unit& unit : kUnits) {
    if (value.bytes > 0 && value.bytes % unit.bytes == 0)
      return std::to_string(value.bytes / unit.bytes) + std::string(unit.name);
  }
  return "0";
}

}  // namespace beam
