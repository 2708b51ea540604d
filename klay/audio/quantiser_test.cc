#include "klay/audio/quantiser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace klay::internal {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr std::int32_t kMax32 = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t kMin32 = std::numeric_limits<std::int32_t>::min();

std::int32_t One(int bits, Quantisation quantisation, float x) {
  // In a block, so that the vector instructions are what is tested.
  const std::vector<float> in(37, x);
  std::vector<std::int32_t> out(37, 99);
  Quantiser(bits, quantisation, false, 0).Quantise(in.data(), 0, 0, 37, out.data());
  EXPECT_EQ(std::vector<std::int32_t>(37, out[0]), out);
  return out[0];
}

TEST(Quantiser, Table) {
  struct Case {
    int bits;
    float x;
    std::int32_t rounded;
    std::int32_t floored;
  };
  const Case cases[] = {
      // The figures of the original for 16 bits.
      {16, 0.5F, 16384, 16384},
      {16, 1.0F, 32767, 32767},
      {16, -1.0F, -32768, -32768},
      {16, 1.5F, 32767, 32767},
      {16, -1.5F, -32768, -32768},
      {16, 0.6F / 32768, 1, 0},
      {16, -0.6F / 32768, -1, -1},
      {16, -1e-6F, 0, -1},
      {16, kNan, 0, -32768},
      {16, kInf, 32767, 32767},
      {16, -kInf, -32768, -32768},
      // Its rounding to 32 bits comes first, which lets the smallest negative numbers be 0.
      {16, -1e-10F, 0, 0},
      {16, -3e-10F, 0, -1},
      {16, 32767.4F / 32768, 32767, 32767},
      {16, 32767.5F / 32768, 32767, 32767},
      {16, 0.5F / 32768, 0, 0},
      {16, 1.5F / 32768, 2, 1},
      {16, 2.5F / 32768, 2, 2},
      {16, -0.5F / 32768, 0, -1},
      {16, -1.5F / 32768, -2, -2},
      {8, 0.5F, 64, 64},
      {8, 1.0F, 127, 127},
      {8, -1.0F, -128, -128},
      {8, 127.6F / 128, 127, 127},
      {8, kNan, 0, -128},
      {24, 0.5F, 4194304, 4194304},
      {24, 1.0F, 8388607, 8388607},
      {24, -1.0F, -8388608, -8388608},
      {24, 8388607.0F / 8388608, 8388607, 8388607},
      {24, 4194303.5F / 8388608, 4194304, 4194303},
      {24, 4194304.5F / 8388608, 4194304, 4194304},
      {24, -4194303.5F / 8388608, -4194304, -4194304},
      {24, 0.6F / 8388608, 1, 0},
      {24, kNan, 0, -8388608},
      {24, -kInf, -8388608, -8388608},
      {32, 0.5F, 1073741824, 1073741824},
      {32, 1.0F, kMax32, kMax32},
      {32, -1.0F, kMin32, kMin32},
      {32, std::nextafter(1.0F, 0.0F), 2147483520, 2147483520},
      {32, std::nextafter(-1.0F, 0.0F), -2147483520, -2147483520},
      {32, 2.0F, kMax32, kMax32},
      {32, 1.5F / 2147483648.0F, 2, 2},
      {32, 2.5F / 2147483648.0F, 2, 2},
      {32, kNan, 0, kMin32},
      {32, kInf, kMax32, kMax32},
      {32, std::numeric_limits<float>::max(), kMax32, kMax32},
      {32, std::numeric_limits<float>::denorm_min(), 0, 0},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(One(c.bits, Quantisation::kRound, c.x), c.rounded) << c.bits << " bits, round " << c.x;
    EXPECT_EQ(One(c.bits, Quantisation::kFloor, c.x), c.floored) << c.bits << " bits, floor " << c.x;
  }
}

TEST(Quantiser, EqualsTheDefinitionEverywhere) {
  std::mt19937 random(7);
  std::vector<float> in(200000);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const double x = std::uniform_real_distribution<double>(-1.1, 1.1)(random);
    in[i] = static_cast<float>(i % 2 == 0 ? x : std::ldexp(x, -static_cast<int>(random() % 34)));
  }
  const auto count = static_cast<std::int64_t>(in.size());
  std::vector<std::int32_t> out(in.size());
  for (const int bits : {8, 16, 24, 32}) {
    const double scale = std::ldexp(1.0, bits - 1);
    Quantiser(bits, Quantisation::kRound, false, 0).Quantise(in.data(), 0, 0, count, out.data());
    for (std::size_t i = 0; i < in.size(); ++i) {
      const double expected = std::clamp(std::nearbyint(static_cast<double>(in[i]) * scale), -scale, scale - 1);
      ASSERT_EQ(out[i], expected) << in[i] << " to " << bits;
    }
    Quantiser(bits, Quantisation::kFloor, false, 0).Quantise(in.data(), 0, 0, count, out.data());
    for (std::size_t i = 0; i < in.size(); ++i) {
      const double of_32 =
          std::clamp(std::nearbyint(std::ldexp(static_cast<double>(in[i]), 31)), -2147483648.0, 2147483647.0);
      ASSERT_EQ(out[i], std::floor(std::ldexp(of_32, bits - 32))) << in[i] << " to " << bits;
    }
  }
}

std::vector<std::int32_t> Dithered(const std::vector<float>& in, int bits, std::uint64_t seed, int channel,
                                   std::int64_t position) {
  std::vector<std::int32_t> out(in.size());
  Quantiser(bits, Quantisation::kRound, true, seed)
      .Quantise(in.data(), channel, position, static_cast<std::int64_t>(in.size()), out.data());
  return out;
}

TEST(Dither, IsTheSameForTheSamePlaceOnly) {
  const std::vector<float> in(1000, 0.1F);
  const auto once = Dithered(in, 16, 1, 0, 0);
  EXPECT_EQ(Dithered(in, 16, 1, 0, 0), once);
  EXPECT_NE(Dithered(in, 16, 2, 0, 0), once);
  EXPECT_NE(Dithered(in, 16, 1, 1, 0), once);
  EXPECT_NE(Dithered(in, 16, 1, 0, std::int64_t{1} << 32), once);
  // Cut into blocks, also where the lower 32 bits of the position begin anew.
  for (const std::int64_t begin : {std::int64_t{0}, (std::int64_t{1} << 32) - 500}) {
    const auto whole = Dithered(in, 16, 1, 0, begin);
    std::vector<std::int32_t> parts;
    for (std::size_t at = 0; at < in.size(); at += 77) {
      const std::vector<float> block(std::min<std::size_t>(77, in.size() - at), 0.1F);
      const auto part = Dithered(block, 16, 1, 0, begin + static_cast<std::int64_t>(at));
      parts.insert(parts.end(), part.begin(), part.end());
    }
    EXPECT_EQ(parts, whole) << begin;
  }
}

// The two first moments of the error of triangular dither do not depend on the signal: mean 0, variance a quarter of a
// squared step.
TEST(Dither, MakesTheErrorIndependentOfTheSignal) {
  for (const int bits : {8, 16, 24}) {
    const double scale = std::ldexp(1.0, bits - 1);
    for (const double fraction : {0.0, 0.1, 0.25, 0.5, 0.9}) {
      const auto x = static_cast<float>((3 + fraction) / scale);
      const std::vector<float> in(200000, x);
      double sum = 0;
      double squares = 0;
      for (const std::int32_t y : Dithered(in, bits, 5, 0, 0)) {
        const double error = y - static_cast<double>(x) * scale;
        sum += error;
        squares += error * error;
      }
      EXPECT_NEAR(sum / 200000, 0, 0.006) << bits << ' ' << fraction;
      EXPECT_NEAR(squares / 200000, 0.25, 0.006) << bits << ' ' << fraction;
    }
  }
}

TEST(Dither, NeighboursAreIndependent) {
  const std::vector<float> silence(200000, 0.0F);
  const auto left = Dithered(silence, 16, 9, 0, 0);
  const auto right = Dithered(silence, 16, 9, 1, 0);
  for (const std::size_t lag : {1U, 2U, 3U, 64U, 4096U}) {
    double product = 0;
    for (std::size_t i = lag; i < left.size(); ++i) product += left[i] * left[i - lag];
    EXPECT_NEAR(product / 200000, 0, 0.004) << lag;
  }
  double product = 0;
  for (std::size_t i = 0; i < left.size(); ++i) product += left[i] * right[i];
  EXPECT_NEAR(product / 200000, 0, 0.004);
}

TEST(Dither, SaturatesAndTakesNanForSilence) {
  const std::vector<float> in = {1.0F, -1.0F, kInf, -kInf, kNan, 100.0F};
  const auto out = Dithered(in, 16, 3, 0, 0);
  for (const std::int32_t y : {out[0], out[2], out[5]}) EXPECT_GE(y, 32766);
  for (const std::int32_t y : {out[1], out[3]}) EXPECT_LE(y, -32766);
  EXPECT_LE(std::abs(out[4]), 1);
}

}  // namespace
}  // namespace klay::internal
