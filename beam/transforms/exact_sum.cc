#include "beam/transforms/exact_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace beam::internal {
namespace {

constexpr std::int64_t kDigitMask = 0xFFFFFFFF;
constexpr int kUnitExponent = -1074;  // of the smallest double

// Carries towards the higher digits. What is left over the highest is returned: -1 or 0 if there is room for it.
std::int64_t Carry(std::vector<std::int64_t>& digits) {
  std::int64_t carry = 0;
  for (std::int64_t& digit : digits) {
    digit += carry;
    carry = digit >> kExactSumDigitBits;  // rounds towards minus infinity
    digit &= kDigitMask;
  }
  return carry;
}

// The bits [end - 54, end) of a number whose digits are all in 0 .. 2^32 - 1; those below bit 0 are zero.
std::uint64_t TopBits(const std::vector<std::int64_t>& digits, std::int64_t end) {
  std::uint64_t bits = 0;
  for (std::int64_t i = end - 1; i >= end - 54; --i) {
    const std::int64_t digit = i < 0 ? 0 : digits[static_cast<std::size_t>(i / kExactSumDigitBits)];
    bits = bits << 1 | static_cast<std::uint64_t>(i < 0 ? 0 : digit >> (i % kExactSumDigitBits) & 1);
  }
  return bits;
}

bool HasBitsBelow(const std::vector<std::int64_t>& digits, std::int64_t end) {
  for (std::int64_t i = 0; i * kExactSumDigitBits < end; ++i) {
    const std::int64_t left = end - i * kExactSumDigitBits;
    const std::int64_t mask = left >= kExactSumDigitBits ? kDigitMask : (std::int64_t{1} << left) - 1;
    if ((digits[static_cast<std::size_t>(i)] & mask) != 0) return true;
  }
  return false;
}

}  // namespace

void ExactSum::Cover(std::int32_t first, std::int32_t last) {
  if (digits.empty()) {
    first_digit = first;
  } else if (first < first_digit) {
    digits.insert(digits.begin(), static_cast<std::size_t>(first_digit - first), 0);
    first_digit = first;
  }
  const auto size = static_cast<std::size_t>(last - first_digit) + 1;
  if (size > digits.size()) digits.resize(size);
}

void ExactSum::ResolveCarries() {
  if (digits.empty()) return;
  const std::int64_t last = digits.back();
  digits.pop_back();
  const std::int64_t carry = Carry(digits);
  digits.push_back(last + carry);
  // The last digit has no digit to carry to: it gets one before it grows too large.
  if (std::abs(digits.back()) > kDigitMask) {
    digits.push_back(digits.back() >> kExactSumDigitBits);
    digits[digits.size() - 2] &= kDigitMask;
  }
  additions = 1;  // the last digit may be as large as one addition makes it
}

void ExactSum::Merge(const ExactSum& other) {
  has_positive_infinity |= other.has_positive_infinity;
  has_negative_infinity |= other.has_negative_infinity;
  has_nan |= other.has_nan;
  if (other.digits.empty()) return;
  if (additions + other.additions >= kExactSumMaxAdditions) ResolveCarries();
  Cover(other.first_digit, other.first_digit + static_cast<std::int32_t>(other.digits.size()) - 1);
  std::int64_t* const digit = digits.data() + (other.first_digit - first_digit);
  for (std::size_t i = 0; i < other.digits.size(); ++i) digit[i] += other.digits[i];
  additions += other.additions;
  if (additions >= kExactSumMaxAdditions) ResolveCarries();
}

double ExactSum::Round(int scale) const {
  if (has_nan || (has_positive_infinity && has_negative_infinity)) return std::numeric_limits<double>::quiet_NaN();
  if (has_positive_infinity) return std::numeric_limits<double>::infinity();
  if (has_negative_infinity) return -std::numeric_limits<double>::infinity();

  std::vector<std::int64_t> magnitude = digits;
  magnitude.resize(magnitude.size() + 2);  // a digit holds less than 2^63: its carry fits into the next
  const bool is_negative = Carry(magnitude) < 0;
  if (is_negative) {
    magnitude = digits;
    for (std::int64_t& digit : magnitude) digit = -digit;
    magnitude.resize(magnitude.size() + 2);
    Carry(magnitude);
  }
  while (!magnitude.empty() && magnitude.back() == 0) magnitude.pop_back();
  if (magnitude.empty()) return 0.0;

  const auto top = static_cast<std::uint64_t>(magnitude.back());
  const std::int64_t bit_length =
      static_cast<std::int64_t>(magnitude.size() - 1) * kExactSumDigitBits + std::bit_width(top);
  const std::int64_t unit = kUnitExponent + std::int64_t{first_digit} * kExactSumDigitBits;
  // 53 bits and one to round by. With fewer bits than that the sum is a double as it is: it is a multiple of the
  // smallest double, so that only numbers of few bits are subnormal.
  std::uint64_t bits = TopBits(magnitude, bit_length);
  const bool is_half = (bits & 1) != 0;
  bits >>= 1;
  if (is_half && ((bits & 1) != 0 || HasBitsBelow(magnitude, bit_length - 54))) ++bits;
  const double result = std::ldexp(static_cast<double>(bits), static_cast<int>(unit + bit_length - 53) - scale);
  return is_negative ? -result : result;
}

}  // namespace beam::internal
