#include "beam/coder/decimal.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "beam/base/error.h"
#include "beam/coder/formats.h"

namespace beam::internal {
namespace {

// Conversion takes time quadratic in the number of digits.
constexpr std::int64_t kMaxDigits = 10000;

// Magnitudes are big-endian bytes.
using Magnitude = std::vector<std::uint8_t>;

void MultiplyAdd(Magnitude& number, unsigned factor, unsigned addend) {
  unsigned carry = addend;
  for (auto byte = number.rbegin(); byte != number.rend(); ++byte) {
    carry += *byte * factor;
    *byte = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  if (carry != 0) number.insert(number.begin(), static_cast<std::uint8_t>(carry));
}

// Returns the remainder.
unsigned DivideBy10(Magnitude& number) {
  unsigned remainder = 0;
  for (std::uint8_t& byte : number) {
    remainder = remainder << 8 | byte;
    byte = static_cast<std::uint8_t>(remainder / 10);
    remainder %= 10;
  }
  return remainder;
}

// Two's complement: flip and add one. Both ways.
void Negate(Magnitude& number) {
  for (std::uint8_t& byte : number) byte = static_cast<std::uint8_t>(~byte);
  for (auto byte = number.rbegin(); byte != number.rend() && ++*byte == 0;) ++byte;
}

}  // namespace

void WriteDecimal(std::string_view text, Writer& out) {
  const std::string original(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::uint64_t scale = 0;
  std::size_t digits = 0;
  bool point = false;
  Magnitude number;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if ((!digit && (c != '.' || point)) || digits > static_cast<std::size_t>(kMaxDigits)) {
      throw Error("not a decimal number: " + original);
    }
    if (digit) {
      MultiplyAdd(number, 10, static_cast<unsigned>(c - '0'));
      ++digits;
      if (point) ++scale;
    } else {
      point = true;
    }
  }
  if (digits == 0) throw Error("not a decimal number: " + original);
  number.insert(number.begin(), 0);  // room for the sign
  if (negative) Negate(number);
  // Leading bytes that only repeat the sign are left away.
  std::size_t begin = 0;
  while (begin + 1 < number.size() && number[begin] == (number[begin + 1] >= 0x80 ? 0xFF : 0)) ++begin;
  out.VarInt(scale);
  WriteBytes({reinterpret_cast<const char*>(number.data()) + begin, number.size() - begin}, out, Context::kNested);
}

std::string ReadDecimal(Reader& in) {
  const auto scale = static_cast<std::int64_t>(in.VarInt());
  const std::string_view bytes = ReadBytes(in, Context::kNested);
  if (scale > kMaxDigits || scale < -kMaxDigits || bytes.size() > static_cast<std::size_t>(kMaxDigits) / 3) {
    throw Error("malformed bytes: a decimal number has more than 10000 digits");
  }
  Magnitude number(bytes.begin(), bytes.end());
  const bool negative = !number.empty() && number[0] >= 0x80;
  if (negative) Negate(number);
  std::string digits;  // the last one first
  while (std::any_of(number.begin(), number.end(), [](std::uint8_t byte) { return byte != 0; })) {
    digits += static_cast<char>('0' + DivideBy10(number));
  }
  const std::size_t after_point = scale > 0 ? static_cast<std::size_t>(scale) : 0;
  if (scale < 0 && !digits.empty()) digits.insert(0, static_cast<std::size_t>(-scale), '0');
  while (digits.size() <= after_point) digits += '0';
  if (after_point > 0) digits.insert(after_point, 1, '.');
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace beam::internal
