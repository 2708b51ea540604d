// There and back as tables: every format with every depth, rate and number of channels, each with its tolerance; and
// the comparisons of spectra that klay_beam's tests make (encoder_test.cc has lengths, bit rates and odd samples).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "klay/audio/encode_test_util.h"
#include "klay/audio/resampler.h"
#include "klay/audio/spectrum_test_util.h"

namespace klay {
namespace {

std::string Describe(const EncodeOptions& options, int rate, int channels) {
  std::string text(AudioFormatName(options.format));
  if (options.bit_depth) text += " " + std::string(BitDepthName(*options.bit_depth));
  return text + ", " + std::to_string(rate) + " Hz, " + std::to_string(channels) + " channels";
}

// Uniform in [-most, most], the same in every run and on every machine.
Waveform Noise(int channels, std::int64_t frames, int rate, float most, unsigned seed = 1) {
  std::mt19937 random(seed);
  Waveform noise(channels, frames, rate);
  for (int c = 0; c < channels; ++c) {
    for (float& sample : noise.channel(c)) {
      sample = most * static_cast<float>(static_cast<double>(random()) / 0x7FFFFFFF - 1);
    }
  }
  return noise;
}

Waveform Sine(double frequency, double seconds, int rate, double amplitude = 1) {
  Waveform sine(1, std::llround(seconds * rate), rate);
  for (std::size_t i = 0; i < sine.channel(0).size(); ++i) {
    const double phase = 2 * std::numbers::pi * frequency * static_cast<double>(i) / rate;
    sine.channel(0)[i] = static_cast<float>(amplitude * std::sin(phase));
  }
  return sine;
}

double LargestError(const Waveform& a, const Waveform& b) {
  double largest = 0;
  for (int c = 0; c < a.channels(); ++c) {
    for (std::size_t i = 0; i < a.channel(c).size(); ++i) {
      largest = std::max(largest, std::abs(static_cast<double>(a.channel(c)[i]) - b.channel(c)[i]));
    }
  }
  return largest;
}

TEST(RoundTripTable, WithoutLossNoSampleIsOffByMoreThanHalfAStep) {
  struct Depth {
    BitDepth depth;
    double tolerance;
  };
  // 32 bits come back as floats, which have 24.
  const Depth depths[] = {{BitDepth::kInt8, 0x1p-8},   {BitDepth::kInt16, 0x1p-16}, {BitDepth::kInt24, 0x1p-24},
                          {BitDepth::kInt32, 0x1p-25}, {BitDepth::kFloat32, 0},     {BitDepth::kFloat64, 0}};
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kAiff, AudioFormat::kFlac}) {
    for (const Depth& depth : depths) {
      const bool flac = format == AudioFormat::kFlac;
      if (flac && depth.depth != BitDepth::kInt16 && depth.depth != BitDepth::kInt24) continue;
      const EncodeOptions options{.format = format, .bit_depth = depth.depth};
      for (const int rate :
           {8000, 11025, 12345, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 176400, 192000, 352800, 384000}) {
        for (const int channels : {1, 2, 3, 4, 5, 6, 7, 8, 9, 24}) {
          if (flac && channels > 8) continue;
          SCOPED_TRACE(Describe(options, rate, channels));
          const Waveform noise = Noise(channels, 701, rate, 0.99F);
          const Waveform back = Load(Encode(noise, options)).waveform;
          ASSERT_EQ(back.channels(), channels);
          ASSERT_EQ(back.sample_rate(), rate);
          ASSERT_EQ(back.frames(), noise.frames());
          ASSERT_LE(LargestError(noise, back), depth.tolerance);
        }
      }
    }
  }
}

// All values of few bits, of many bits the ends, the middle and what lies between here and there.
Waveform StoredValues(int bits) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  std::vector<std::int64_t> values;
  if (bits <= 16) {
    for (std::int64_t value = -half; value < half; ++value) values.push_back(value);
  } else {
    for (const std::int64_t middle : {-half, -half / 2, std::int64_t{0}, half / 2, half - 1}) {
      for (std::int64_t value = middle - 1000; value <= middle + 1000; ++value) {
        if (value >= -half && value < half) values.push_back(value);
      }
    }
    for (std::int64_t value = -half; value < half; value += 7919) values.push_back(value);
  }
  Waveform wave(1, static_cast<std::int64_t>(values.size()), 48000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    wave.channel(0)[i] = static_cast<float>(std::ldexp(static_cast<double>(values[i]), 1 - bits));
  }
  return wave;
}

TEST(RoundTripTable, EveryStoredValueSurvivesFromFormatToFormat) {
  struct Step {
    AudioFormat format;
    BitDepth depth;
  };
  struct Chain {
    int bits;
    std::vector<Step> steps;  // the last is the first, so that its bytes must be the same
  };
  using enum AudioFormat;
  using enum BitDepth;
  const Chain chains[] = {
      {8, {{kWav, kInt8}, {kAiff, kInt8}, {kFlac, kInt16}, {kWav, kFloat32}, {kWav, kInt8}}},
      {16, {{kWav, kInt16}, {kFlac, kInt16}, {kAiff, kInt16}, {kFlac, kInt24}, {kAiff, kFloat64}, {kWav, kInt16}}},
      {24, {{kFlac, kInt24}, {kWav, kInt24}, {kAiff, kInt24}, {kWav, kInt32}, {kAiff, kFloat32}, {kFlac, kInt24}}},
      {24, {{kAiff, kInt32}, {kWav, kFloat64}, {kAiff, kInt32}}},
  };
  for (const Chain& chain : chains) {
    const Waveform values = StoredValues(chain.bits);
    Waveform wave = values.Clone();
    std::string first;
    std::string last;
    for (const Step& step : chain.steps) {
      const EncodeOptions options{.format = step.format, .bit_depth = step.depth};
      SCOPED_TRACE(Describe(options, 48000, 1));
      last = Encode(wave, options);
      if (first.empty()) first = last;
      wave = Load(last).waveform;
      ASSERT_EQ(wave.frames(), values.frames());
      EXPECT_EQ(LargestError(values, wave), 0);
    }
    EXPECT_TRUE(first == last);
  }
}

// Figures of scipy 1.17 and, for the sines, of klay_beam's tests.
TEST(DivergenceTest, IsThatOfTheOriginal) {
  const Waveform sine = Sine(1000, 10, 44100);
  const Waveform silence = Noise(1, sine.frames(), 44100, 0);
  EXPECT_EQ(Divergence(sine.channel(0), sine.channel(0)), 0);
  EXPECT_EQ(Divergence(sine.channel(0), silence.channel(0)), 1);
  EXPECT_NEAR(Divergence(sine.channel(0), Sine(1100, 10, 44100).channel(0)), 0.49055001, 1e-5);
  EXPECT_NEAR(Divergence(sine.channel(0), Sine(10000, 10, 44100).channel(0)), 1.41420332, 1e-5);
  EXPECT_GT(Divergence(sine.channel(0), Noise(1, sine.frames(), 44100, 1).channel(0)), 1);
  struct Case {
    std::size_t frames;
    double divergence;
  };
  for (const Case& c : {Case{256, 0.9466736040}, Case{257, 0.9466989683}, Case{1000, 1.1421422214}}) {
    std::vector<float> a;
    std::vector<float> b;
    for (std::size_t i = 0; i < c.frames; ++i) {
      const auto n = static_cast<double>(i);
      a.push_back(static_cast<float>(std::sin(n * n * 0.001)));
      b.push_back(static_cast<float>(std::cos(n * 0.3) * n / 1000));
    }
    EXPECT_NEAR(Divergence(a, b), c.divergence, 1e-6) << c.frames;
  }
}

}  // namespace
}  // namespace klay
