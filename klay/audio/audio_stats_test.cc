#include "klay/audio/audio_stats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

namespace klay {
namespace {

using Signal = std::vector<float>;

AudioStats Measured(const std::vector<Signal>& channels, int rate, const AudioStatsOptions& options = {},
                    std::size_t block = std::size_t{1} << 40) {
  AudioStatsMeter meter(static_cast<int>(channels.size()), rate, options);
  for (std::size_t begin = 0; begin < channels[0].size(); begin += block) {
    std::vector<const float*> planes;
    for (const Signal& channel : channels) planes.push_back(channel.data() + begin);
    meter.Process(planes.data(), static_cast<std::int64_t>(std::min(block, channels[0].size() - begin)));
    if (block > channels[0].size()) break;
  }
  return meter.Finish();
}

Signal Sine(std::size_t frames, double amplitude, double dc) {
  Signal signal(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    signal[i] = static_cast<float>(dc + amplitude * std::sin(2 * std::numbers::pi * static_cast<double>(i) / 100));
  }
  return signal;
}

TEST(AudioStats, Levels) {
  struct Case {
    double amplitude, dc;
  };
  for (const Case& c : {Case{0.5, 0}, Case{0.25, 0.1}, Case{1e-6, -0.5}, Case{3, 0}}) {
    const AudioStats stats = Measured({Sine(100000, c.amplitude, c.dc), Signal(100000, -0.75F)}, 48000);
    EXPECT_EQ(stats.frames, 100000);
    ASSERT_EQ(stats.channels.size(), 2U);
    EXPECT_NEAR(stats.channels[0].peak, c.amplitude + std::abs(c.dc), 1e-6);
    EXPECT_NEAR(stats.channels[0].rms, std::sqrt(c.amplitude * c.amplitude / 2 + c.dc * c.dc), 1e-7);
    EXPECT_NEAR(stats.channels[0].dc, c.dc, 1e-7);
    EXPECT_EQ(stats.channels[1], (ChannelStats{.peak = 0.75, .rms = 0.75, .dc = -0.75}));
  }
}

TEST(AudioStats, Clipping) {
  const float full = 32767.0F / 32768;
  struct Case {
    Signal part;
    std::int64_t clipped;
  };
  for (const Case& c :
       {Case{{full}, 0}, Case{{full, full}, 0}, Case{{full, full, full}, 3}, Case{{1, -1, 1, -1, 2}, 5},
        Case{{1, 1, 0.5F, 1, 1, 1, 1}, 4}, Case{{0.9999F, 0.9999F, 0.9999F, 0.9999F}, 0}, Case{Signal(200, 1), 200}}) {
    // At places within, at and across the edges of blocks.
    for (const std::size_t place : {0, 3, 62, 63, 64, 1000}) {
      Signal signal(1300, 0.25F);
      std::ranges::copy(c.part, signal.begin() + static_cast<std::ptrdiff_t>(place));
      EXPECT_EQ(Measured({signal}, 8000).channels[0].clipped, c.clipped) << "at " << place;
    }
  }
  EXPECT_EQ(Measured({Signal(10, 0.5F)}, 8000, {.clip_level = 0.5F, .clip_run = 10}).channels[0].clipped, 10);
  EXPECT_EQ(Measured({Signal(10, 0.5F)}, 8000, {.clip_level = 0.5F, .clip_run = 11}).channels[0].clipped, 0);
}

TEST(AudioStats, Silence) {
  constexpr int kRate = 1000;  // 0.1 s are 100 frames
  struct Stretch {
    std::size_t frames;
    float level;
  };
  struct Case {
    std::vector<Stretch> stretches;
    std::int64_t silent, leading, trailing;
  };
  for (const Case& c : {
           Case{{{1000, 0}}, 1000, 1000, 1000},
           Case{{{1000, 0.5F}}, 0, 0, 0},
           Case{{{99, 0}, {500, 0.5F}, {99, 0}}, 0, 0, 0},
           Case{{{100, 0}, {500, 0.5F}, {101, 0}}, 201, 100, 101},
           Case{{{300, 0.0009F}, {1, 0.0011F}, {300, -0.0009F}}, 600, 300, 300},
           Case{{{10, 1}, {150, 0}, {10, 1}, {50, 0}, {10, 1}, {250, 0}, {1, 1}}, 400, 0, 0},
           Case{{{128, 0}, {64, 1}, {128, 0}}, 256, 128, 128},
           Case{{{50, 0}}, 0, 0, 0},
       }) {
    Signal signal;
    for (const Stretch& stretch : c.stretches) signal.insert(signal.end(), stretch.frames, stretch.level);
    const AudioStats stats = Measured({signal}, kRate);
    EXPECT_EQ(stats.silent_frames, c.silent);
    EXPECT_EQ(stats.leading_silence, c.leading);
    EXPECT_EQ(stats.trailing_silence, c.trailing);
    // Another channel that is never silent leaves none.
    EXPECT_EQ(Measured({signal, Signal(signal.size(), 0.1F)}, kRate).silent_frames, 0);
    EXPECT_EQ(Measured({signal, Signal(signal.size(), 0)}, kRate).silent_frames, c.silent);
  }
}

TEST(AudioStats, WhatIsNotFiniteIsCountedAndZero) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  Signal signal(1000, 0.5F);
  for (const std::size_t i : {0, 63, 64, 999}) signal[i] = nan;
  signal[500] = -infinity;
  const AudioStats stats = Measured({signal, Signal(1000, nan)}, 8000);
  EXPECT_EQ(stats.channels[0].not_finite, 5);
  EXPECT_EQ(stats.channels[0].peak, 0.5);
  EXPECT_NEAR(stats.channels[0].dc, 0.5 * 995 / 1000, 1e-12);
  EXPECT_EQ(stats.channels[0].clipped, 0);
  EXPECT_EQ(stats.channels[1], (ChannelStats{.not_finite = 1000}));
  EXPECT_EQ(Measured({Signal(1000, nan)}, 8000).silent_frames, 1000);
}

TEST(AudioStats, BlocksDoNotChangeABit) {
  std::mt19937 random(3);
  std::normal_distribution<float> level(0, 0.4F);
  std::vector<Signal> channels(3, Signal(10007));
  for (std::size_t i = 0; i < 10007; ++i) {
    for (Signal& channel : channels) channel[i] = i % 3000 < 700 ? 0 : std::clamp(level(random), -1.F, 1.F);
  }
  const AudioStats whole = Measured(channels, 3000);
  EXPECT_GT(whole.silent_frames, 2000);
  for (const std::size_t block : {1, 3, 63, 64, 65, 1000})
    EXPECT_EQ(Measured(channels, 3000, {}, block), whole) << block;
}

TEST(AudioStats, OfNothing) {
  AudioStatsMeter meter(2, 44100);
  EXPECT_EQ(meter.Finish(), (AudioStats{.channels = {{}, {}}}));
  const float sample = 0.5F;
  const float* planes[] = {&sample, &sample};
  meter.Process(planes, 1);
  const AudioStats one = meter.Finish();
  EXPECT_EQ(one.channels[1], (ChannelStats{.peak = 0.5, .rms = 0.5, .dc = 0.5}));
  EXPECT_EQ(meter.Finish().frames, 0);  // it began anew
}

TEST(AudioStats, RefusesOptionsOutOfRange) {
  const double nan = std::nan("");
  EXPECT_THROW(AudioStatsMeter(0, 44100), AudioError);
  EXPECT_THROW(AudioStatsMeter(2, 0), AudioError);
  for (const AudioStatsOptions& options :
       {AudioStatsOptions{.clip_level = 0}, AudioStatsOptions{.clip_run = 0}, AudioStatsOptions{.silence_dbfs = nan},
        AudioStatsOptions{.silence_seconds = -1}, AudioStatsOptions{.silence_seconds = nan}}) {
    EXPECT_THROW(AudioStatsMeter(2, 44100, options), AudioError);
  }
  EXPECT_NO_THROW(AudioStatsMeter(2, 2147483647, {.silence_seconds = 1e300}));
}

}  // namespace
}  // namespace klay
