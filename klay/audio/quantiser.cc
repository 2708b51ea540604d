#include "klay/audio/quantiser.h"

#include <bit>
#include <cmath>
#include <limits>

namespace klay::internal {
namespace {

// Rounds to the nearest integer, of two to the even one: beyond 2^23 floats have no fraction, and the addition itself
// rounds. For |x| < 2^23. (Unlike std::rint it is vectorised by every compiler on every machine.)
float RoundSmall(float x) {
  const float big = std::copysign(8388608.0F, x);
  return (x + big) - big;
}

constexpr float kTwoTo31 = 2147483648.0F;

// Of 32 bits; what a NaN becomes is left to the caller.
std::int32_t Saturate32(float scaled) {
  constexpr float kLargestBelow = 2147483520.0F;  // the next float is 2^31
  float clamped = scaled > -kTwoTo31 ? scaled : -kTwoTo31;
  clamped = clamped < kLargestBelow ? clamped : kLargestBelow;
  const bool has_fraction = std::fabs(clamped) < 8388608.0F;
  const auto rounded = static_cast<std::int32_t>(has_fraction ? RoundSmall(clamped) : clamped);
  return scaled >= kTwoTo31 ? std::numeric_limits<std::int32_t>::max() : rounded;
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
  const auto scale = static_cast<float>(1 << (bits_ - 1));
  const float lowest = -scale;
  const float highest = scale - 1;
  for (std::int64_t i = 0; i < count; ++i) {
    float x = in[i] == in[i] ? in[i] * scale : 0.0F;
    x = x > lowest ? x : lowest;
    x = x < highest ? x : highest;
    out[i] = static_cast<std::int32_t>(RoundSmall(x));
  }
}

void Quantiser::RoundTo32(const float* __restrict in, std::int64_t count, std::int32_t* __restrict out) const {
  for (std::int64_t i = 0; i < count; ++i) out[i] = Saturate32(in[i] == in[i] ? in[i] * kTwoTo31 : 0.0F);
}

void Quantiser::Floor(const float* __restrict in, std::int64_t count, std::int32_t* __restrict out) const {
  const int shift = 32 - bits_;
  for (std::int64_t i = 0; i < count; ++i) {
    const float scaled = in[i] == in[i] ? in[i] * kTwoTo31 : -kTwoTo31;
    out[i] = Saturate32(scaled) >> shift;
  }
}

void Quantiser::Dither(const float* __restrict in, int channel, std::int64_t position, std::int64_t count,
                       std::int32_t* __restrict out) const {
  // In double precision: next to full scale a float has no room for a fraction of a 24-bit step.
  const auto scale = static_cast<double>(1 << (bits_ - 1));
  const double lowest = -scale;
  const double highest = scale - 1;
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
      const double x = in[done + i] == in[done + i] ? static_cast<double>(in[done + i]) * scale : 0.0;
      double noisy = x + static_cast<double>(sum) * (1.0 / 65536);
      noisy = noisy > lowest ? noisy : lowest;
      noisy = noisy < highest ? noisy : highest;
      // 1.5 * 2^52: the sum's lower bits are the rounded integer, in two's complement.
      out[done + i] = static_cast<std::int32_t>(
          static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(noisy + 6755399441055744.0)));
    }
    done += part;
  }
}

}  // namespace klay::internal
