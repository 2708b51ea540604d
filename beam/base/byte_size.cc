#include "beam/base/byte_size.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

#include "beam/base/ascii.h"

namespace beam {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
// In the order in which ByteSizeText() tries them.
constexpr Unit kUnits[] = {
    {"PiB", std::uint64_t{1} << 50},
    {"TiB", std::uint64_t{1} << 40},
    {"GiB", std::uint64_t{1} << 30},
    {"MiB", std::uint64_t{1} << 20},
    {"KiB", std::uint64_t{1} << 10},
    {"PB", 1'000'000'000'000'000},
    {"TB", 1'000'000'000'000},
    {"GB", 1'000'000'000},
    {"MB", 1'000'000},
    {"kB", 1000},
    {"B", 1},
};

}  // namespace

std::optional<ByteSize> ParseByteSize(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  double number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc() || stopped != text.data() + digits) return std::nullopt;
  std::string_view unit = text.substr(digits);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit.empty()) unit = "B";
  for (const Unit& known : kUnits) {
    if (!EqualIgnoringCase(unit, known.name)) continue;
    const double bytes = number * static_cast<double>(known.bytes);
    // Exact for every size that a machine has; beyond the range of the type the cast would be undefined.
    if (bytes < 9e18) return ByteSize{static_cast<std::uint64_t>(bytes)};
  }
  return std::nullopt;
}

std::string ByteSizeText(ByteSize size) {
  for (const Unit& unit : kUnits) {
    if (size.bytes > 0 && size.bytes % unit.bytes == 0) {
      return std::to_string(size.bytes / unit.bytes) + std::string(unit.name);
    }
  }
  return "0";
}

}  // namespace beam
