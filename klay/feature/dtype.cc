#include "klay/feature/dtype.h"

#include <algorithm>
#include <charconv>

#include "klay/feature/feature_error.h"

namespace klay {
namespace {

[[noreturn]] void Refuse(std::string_view text, const std::string& why) {
  constexpr std::size_t kLongest = 100;
  throw FeatureError("the dtype \"" + std::string(text.substr(0, kLongest)) + "\" " + why);
}

bool IsKnownSize(char kind, std::int64_t bytes) {
  switch (kind) {
    case 'b': return bytes == 1;
    case 'i':
    case 'u': return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
    case 'f': return bytes == 2 || bytes == 4 || bytes == 8 || bytes == 12 || bytes == 16;
    case 'c': return bytes == 8 || bytes == 16 || bytes == 24 || bytes == 32;
    case 'M':
    case 'm': return bytes == 8;
    default: return true;  // S, U, V: any
  }
}

}  // namespace

std::int64_t Dtype::swapped_unit_bytes() const {
  switch (kind) {
    case 'S':
    case 'V': return 1;
    case 'U': return 4;
    case 'c': return bytes / 2;
    default: return bytes;
  }
}

std::string Dtype::ToString() const {
  const bool has_order = kind == 'U' || swapped_unit_bytes() > 1;
  std::string text(1, !has_order ? '|' : big_endian ? '>' : '<');
  return text + kind + std::to_string(kind == 'U' ? bytes / 4 : bytes) + unit;
}

Dtype ParseDtype(std::string_view text) {
  std::string_view rest = text;
  char order = '=';
  if (!rest.empty() && std::string_view("<>|=").find(rest.front()) != std::string_view::npos) {
    order = rest.front();
    rest.remove_prefix(1);
  }
  if (rest.empty()) Refuse(text, "is none");
  Dtype dtype;
  dtype.kind = rest.front();
  if (dtype.kind == 'O') {
    Refuse(text, "is of Python objects (pickles), which are never loaded: save the array as numbers");
  }
  if (std::string_view("biufcSUMmV").find(dtype.kind) == std::string_view::npos) Refuse(text, "is not known");
  const char* end = rest.data() + rest.size();
  std::int64_t count = 0;
  const auto number = std::from_chars(rest.data() + 1, end, count);
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  if (number.ec != std::errc() || count < 0 || count > kMost) Refuse(text, "has no size");
  dtype.bytes = dtype.kind == 'U' ? 4 * count : count;
  if (!IsKnownSize(dtype.kind, dtype.bytes)) Refuse(text, "has a size that is not known");
  dtype.unit.assign(number.ptr, end);
  const bool is_time = dtype.kind == 'M' || dtype.kind == 'm';
  const bool is_unit = dtype.unit.size() > 2 && dtype.unit.front() == '[' && dtype.unit.back() == ']'
      && std::all_of(dtype.unit.begin() + 1, dtype.unit.end() - 1, [](char c) {
                         return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/';
                       });
  if (!dtype.unit.empty() && !(is_time && is_unit)) Refuse(text, "is not known");
  const bool native_big = std::endian::native == std::endian::big;
  dtype.big_endian =
      (order == '>' || (order != '<' && native_big)) && (dtype.kind == 'U' || dtype.swapped_unit_bytes() > 1);
  return dtype;
}

}  // namespace klay
