#include "klay/audio/quantiser.h"

#include <bit>
#include <cmath>
#include <limits>

namespace klay::internal {
namespace {

// What follows compares floats by their bits: compilers turn choices between integers into vector instructions, but not
// choices by floats, whose comparison can trap.
constexpr std::int32_t kMagnitude = 0x7FFFFFFF;
constexpr std::int32_t kInfinity = 0x7F800000;
constexpr std::int32_t kOne = 0x3F800000;
constexpr std::int32_t kLargestBelowOne = kOne - 1;

std::int32_t BitsOf(float x) { return std::bit_cast<std::int32_t>(x); }

// All bits, or none; and what they choose. (An expression with ?: is not vectorised where floats lie behind it.)
std::int32_t Mask(bool yes) { return -static_cast<std::int32_t>(yes); }
std::int32_t Choose(std::int32_t mask, std::int32_t yes, std::int32_t no) { return (yes & mask) | (no & ~mask); }

// `x` with its magnitude bounded; a NaN as 0.
float Bounded(float x, std::int32_t bound) {
  const std::int32_t bits = BitsOf(x);
  std::int32_t magnitude = bits & kMagnitude;
  magnitude = magnitude > kInfinity ? 0 : magnitude;
  magnitude = magnitude > bound ? bound : magnitude;
  return std::bit_cast<float>(magnitude | (bits & ~kMagnitude));
}

// The nearest integer, of two the even one: beyond 2^23 floats have no fraction, and the addition itself rounds. For
// |x| < 2^23. (Unlike std::rint it is vectorised by every compiler on every machine.)
float RoundSmall(float x) {
  const float big = std::copysign(8388608.0F, x);
  return (x + big) - big;
}

// Of 32 bits; what a NaN becomes is left to the caller.
std::int32_t RoundTo32Bits(float x) {
  const float scaled = Bounded(x, kLargestBelowOne) * 2147483648.0F;
  // From 2^23 on there is nothing to round, and adding 0 changes nothing.
  const std::int32_t bits = BitsOf(scaled);
  const std::int32_t big_magnitude = (bits & kMagnitude) < 0x4B000000 ? 0x4B000000 : 0;
  const auto big = std::bit_cast<float>(big_magnitude | (bits & ~kMagnitude));
  const auto rounded = static_cast<std::int32_t>((scaled + big) - big);
  const std::int32_t from = BitsOf(x);
  const std::int32_t saturated = from >> 31 ^ std::numeric_limits<std::int32_t>::max();
  const std::int32_t magnitude = from & kMagnitude;
  return Choose(Mask(magnitude >= kOne) & Mask(magnitude <= kInfinity), saturated, rounded);
}

std::uint64_t Mix(std::uint64_t x) {  // the finaliser of SplitMix64
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
  x = (x ^ x >> 27) * 0x94D049BB133111EBU;
  return x ^ x >> 31;
}

// Two numbers of 16 bits from a counter, enough for noise, cheap in vectors (Wellons' "lowbias32").
std::uint32_t Scramble(std::uint32_t x) {
  x = (x ^ x >> 16) * 0x7FEB352DU;
  x = (x ^ x >> 15) * 0x846CA68BU;
  return x ^ x >> 16;
}

}  // namespace

Quantiser::Quantiser(int bits, Quantisation quantisation, bool dither, std::uint64_t seed)
    : bits_(bits), quantisation_(quantisation), dither_(dither), seed_(seed) {}

void Quantiser::Quantise(const float* in, int channel, std::int64_t position, std::int64_t count,
                         std::int32_t* out) const {
  if (dither_) return Dither(in, channel, position, count, out);
  if (quantisation_ == Quantisation::kFloor) return Floor(in, count, out);
  if (bits_ == 32) return RoundTo32(in, count, out);
  Round(in, count, out);
}

void Quantiser::Round(const float* __restrict in, std::int64_t count, std::int32_t* __restrict out) const {
  const std::int32_t scale = 1 << (bits_ - 1);
  const auto gain = static_cast<float>(scale);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto rounded = static_cast<std::int32_t>(RoundSmall(Bounded(in[i], kOne) * gain));
    out[i] = rounded < scale ? rounded : scale - 1;
  }
}

void Quantiser::RoundTo32(const float* __restrict in, std::int64_t count, std::int32_t* __restrict out) const {
  for (std::int64_t i = 0; i < count; ++i) out[i] = RoundTo32Bits(in[i]);
}

void Quantiser::Floor(const float* __restrict in, std::int64_t count, std::int32_t* __restrict out) const {
  const int shift = 32 - bits_;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int32_t is_nan = Mask((BitsOf(in[i]) & kMagnitude) > kInfinity);
    out[i] = Choose(is_nan, std::numeric_limits<std::int32_t>::min(), RoundTo32Bits(in[i])) >> shift;
  }
}

void Quantiser::Dither(const float* __restrict in, int channel, std::int64_t position, std::int64_t count,
                       std::int32_t* __restrict out) const {
  // In double precision: next to full scale a float has no room for a fraction of a 24-bit step.
  const std::int32_t scale = 1 << (bits_ - 1);
  const auto gain = static_cast<double>(scale);
  // A new key for each 2^32 samples, whatever block they come in.
  for (std::int64_t done = 0; done < count;) {
    const auto at = static_cast<std::uint64_t>(position + done);
    const auto low = static_cast<std::uint32_t>(at);
    const auto left = static_cast<std::int64_t>((std::uint64_t{1} << 32) - low);
    const std::int64_t part = count - done < left ? count - done : left;
    const auto key = static_cast<std::uint32_t>(
        Mix(seed_ + 0x9E3779B97F4A7C15U * (static_cast<std::uint64_t>(channel) + 1) + Mix((at >> 32) + 1)));
    for (std::int64_t i = 0; i < part; ++i) {
      const std::uint32_t random = Scramble((low + static_cast<std::uint32_t>(i)) ^ key);
      const auto sum = static_cast<std::int32_t>((random & 0xFFFF) + (random >> 16)) - 65535;
      const double noisy =
          static_cast<double>(Bounded(in[done + i], kOne)) * gain + static_cast<double>(sum) * (1.0 / 65536);
      // 1.5 * 2^52: the sum's lower bits are the rounded integer, in two's complement.
      const auto rounded = static_cast<std::int32_t>(
          static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(noisy + 6755399441055744.0)));
      const std::int32_t bounded = rounded < scale ? rounded : scale - 1;
      out[done + i] = bounded > -scale ? bounded : -scale;
    }
    done += part;
  }
}

}  // namespace klay::internal
