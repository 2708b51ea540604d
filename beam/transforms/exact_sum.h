// ExactSum: adds doubles without any rounding and rounds once, at the end. The sum is the same, to the bit, whatever
// the order and the grouping of what is added, so that a pipeline gives one result with any number of threads. Where
// all partial sums are finite it is what Python's math.fsum gives.
//
// How: a fixed-point number wide enough for every double (the long accumulator of U. Kulisch), in digits of 32 bits
// held in 64, so that carries need be resolved only once in 2^30 additions (R. M. Neal, "Fast exact summation using
// small and large superaccumulators", 2015). Only the digits in use are kept: numbers of like size need three or four
// of them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace beam::internal {

// Codable, as the accumulator of a CombineFn. Value semantics; not thread-safe.
struct ExactSum {
  // Digit i counts units of 2^(32 * (first_digit + i) - 1074). Any of them may be negative until carries are resolved.
  std::int32_t first_digit = 0;
  std::vector<std::int64_t> digits;
  std::int64_t additions = 0;  // since carries were resolved
  bool has_positive_infinity = false;
  bool has_negative_infinity = false;
  bool has_nan = false;

  void Add(double value);
  void Merge(const ExactSum& other);

  // The sum times 2^-scale, rounded to nearest, ties to even. Zero of no numbers; NaN of infinities of both signs.
  // A scale is for results that would be infinite only on the way; it must be 0 where the sum may be small.
  double Round(int scale = 0) const;

  // Brings all digits but the last into 0 .. 2^32 - 1.
  void ResolveCarries();
  // Makes room for digits [first, last].
  void Cover(std::int32_t first, std::int32_t last);
};

inline constexpr int kExactSumDigitBits = 32;
// A digit changes by less than 2^32 in one addition, so that this many cannot overflow it.
inline constexpr std::int64_t kExactSumMaxAdditions = std::int64_t{1} << 30;

inline void ExactSum::Add(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto exponent = static_cast<std::int32_t>(bits >> 52 & 0x7FF);
  std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
  const bool is_negative = bits >> 63 != 0;
  if (exponent == 0x7FF) {
    (mantissa != 0 ? has_nan : is_negative ? has_negative_infinity : has_positive_infinity) = true;
    return;
  }
  if (exponent != 0) mantissa |= std::uint64_t{1} << 52;
  if (mantissa == 0) return;
  // The value is mantissa * 2^position units of 2^-1074.
  const std::int32_t position = exponent == 0 ? 0 : exponent - 1;
  const std::int32_t first = position / kExactSumDigitBits;
  const int shift = position % kExactSumDigitBits;
  if (digits.empty() || first < first_digit || first + 2 >= first_digit + static_cast<std::int32_t>(digits.size())) {
    Cover(first, first + 2);
  }
  const std::uint64_t low = mantissa << shift;
  const std::uint64_t high = shift == 0 ? 0 : mantissa >> (64 - shift);
  const std::int64_t parts[] = {static_cast<std::int64_t>(low & 0xFFFFFFFF), static_cast<std::int64_t>(low >> 32),
                                static_cast<std::int64_t>(high)};
  std::int64_t* const digit = digits.data() + (first - first_digit);
  for (int i = 0; i < 3; ++i) digit[i] += is_negative ? -parts[i] : parts[i];
  if (++additions >= kExactSumMaxAdditions) ResolveCarries();
}

}  // namespace beam::internal
