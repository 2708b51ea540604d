#include "klay/jobs/distribution.h"

namespace klay {
namespace {

// The bin whose begin is the last one not above `value`, from a guess that rounding may have put one beside it.
template <class Scale>
std::int32_t Corrected(std::int32_t guess, double value) {
  while (Scale::BeginOf(guess) > value) --guess;
  while (Scale::BeginOf(guess + 1) <= value) ++guess;
  return guess;
}

constexpr std::int32_t kBinsADecade = 900;
constexpr int kFirstExponent = -6;

double PowerOfTen(int exponent) { return std::pow(10.0, exponent); }

}  // namespace

std::int32_t DecibelScale::BinOf(double value) {
  return Corrected<DecibelScale>(static_cast<std::int32_t>(std::floor(value * 10)), value);
}

double SecondsScale::BeginOf(std::int32_t bin) {
  if (bin < 0) return 0;
  const double digits = 100 + bin % kBinsADecade;
  const int exponent = kFirstExponent - 2 + bin / kBinsADecade;
  // Of two numbers that are exact, so that the result is the double nearest to the decimal number.
  return exponent < 0 ? digits / PowerOfTen(-exponent) : digits * PowerOfTen(exponent);
}

std::int32_t SecondsScale::BinOf(double value) {
  if (value < BeginOf(0)) return -1;
  const int exponent = std::max(static_cast<int>(std::floor(std::log10(value))), kFirstExponent);
  const auto digits = static_cast<std::int32_t>(value / PowerOfTen(exponent) * 100);
  return Corrected<SecondsScale>((exponent - kFirstExponent) * kBinsADecade + digits - 100, value);
}

}  // namespace klay
