#include "klay/audio/convert_channels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace klay {
namespace {

using Gains = std::vector<std::vector<double>>;  // target by target

void ExpectGains(const ChannelMixer& mixer, const Gains& expected, const std::string& what) {
  ASSERT_EQ(mixer.target_channels(), static_cast<int>(expected.size())) << what;
  for (int t = 0; t < mixer.target_channels(); ++t) {
    const std::vector<double>& row = expected[static_cast<std::size_t>(t)];
    ASSERT_EQ(mixer.source_channels(), static_cast<int>(row.size())) << what;
    for (int s = 0; s < mixer.source_channels(); ++s) {
      EXPECT_NEAR(mixer.gain(t, s), row[static_cast<std::size_t>(s)], 1e-6) << what << ": " << s << " in " << t;
    }
  }
}

TEST(ChannelMixer, FollowsTheOriginalAndBeyondIt) {
  const double half = std::sqrt(0.5);
  const double norm = 1 / (1 + 2 * half);  // of a front channel with centre and surround at -3 dB
  struct Case {
    int source, target;
    ChannelRule rule;
    Gains gains;
  };
  for (const Case& c : {
           Case{1, 1, ChannelRule::kMean, {{1}}},
           Case{2, 1, ChannelRule::kMean, {{0.5, 0.5}}},
           Case{3, 1, ChannelRule::kMean, {{1 / 3., 1 / 3., 1 / 3.}}},
           Case{1, 2, ChannelRule::kMean, {{1}, {1}}},
           Case{1, 5, ChannelRule::kMean, {{1}, {1}, {1}, {1}, {1}}},
           Case{2, 2, ChannelRule::kMean, {{1, 0}, {0, 1}}},
           // The original left stereo as it was.
           Case{2, 6, ChannelRule::kMean, {{1, 0}, {0, 1}, {0, 0}, {0, 0}, {0, 0}, {0, 0}}},
           Case{6,
                2,
                ChannelRule::kMean,
                {{norm, 0, half * norm, 0, half * norm, 0}, {0, norm, half * norm, 0, 0, half * norm}}},
           Case{2, 1, ChannelRule::kLayout, {{0.5, 0.5}}},
           Case{1, 2, ChannelRule::kLayout, {{half}, {half}}},
           Case{1, 6, ChannelRule::kLayout, {{0}, {0}, {1}, {0}, {0}, {0}}},
           Case{3, 2, ChannelRule::kLayout, {{1, 0, 0}, {0, 1, 0}}},
       }) {
    ExpectGains(ChannelMixer(c.source, c.target, c.rule), c.gains,
                std::to_string(c.source) + " to " + std::to_string(c.target));
  }
}

TEST(ChannelMixer, LayoutsHaveNames) {
  const double half = std::sqrt(0.5);
  const double norm = 1 / (1 + half);
  ExpectGains(ChannelMixer::BetweenLayouts("quad", "stereo"), {{norm, 0, half * norm, 0}, {0, norm, 0, half * norm}},
              "quad to stereo");
  ExpectGains(ChannelMixer::BetweenLayouts("stereo", "stereo"), {{1, 0}, {0, 1}}, "stereo");
  // The same number of channels, and other places.
  const ChannelMixer side = ChannelMixer::BetweenLayouts("5.1", "5.1(side)");
  EXPECT_EQ(side.gain(4, 4), 1);
  EXPECT_EQ(ChannelMixer::BetweenLayouts("hexadecagonal", "stereo").source_channels(), 16);
  EXPECT_EQ(ChannelMixer::BetweenLayouts("FL+FR+LFE", "mono").gain(0, 2), 0);
  for (const char* name : {"", "surround sound", "9 channels", "ambisonic 1"}) {
    EXPECT_THROW(ChannelMixer::BetweenLayouts(name, "stereo"), AudioError) << name;
    EXPECT_THROW(ChannelMixer::BetweenLayouts("stereo", name), AudioError) << name;
  }
}

TEST(ChannelMixer, AnyNumberToAnyOtherOrAnError) {
  for (int source = 1; source <= 20; ++source) {
    for (int target = 1; target <= 20; ++target) {
      const bool usual = source <= 8 && target <= 8;
      try {
        const ChannelMixer mixer(source, target);
        EXPECT_TRUE(usual || source == target || source == 1 || target == 1 || source == 16 || target == 16);
        for (int t = 0; t < target; ++t) {
          double sum = 0;
          for (int s = 0; s < source; ++s) sum += std::abs(mixer.gain(t, s));
          EXPECT_LE(sum, 1.00001) << source << " to " << target;
        }
      } catch (const AudioError& error) {
        EXPECT_FALSE(usual) << error.what();
      }
    }
  }
  for (const auto& [source, target] : {std::pair{0, 1}, {1, 0}, {-1, 2}, {256, 1}, {1, 2147483647}, {9, 2}, {2, 9}}) {
    EXPECT_THROW(ChannelMixer(source, target), AudioError) << source << " to " << target;
  }
}

TEST(ChannelMixer, BlocksOfAnyLengthGiveTheSame) {
  Waveform signal(6, 10000, 48000);
  for (int c = 0; c < 6; ++c) {
    float value = static_cast<float>(c) / 7;
    for (float& sample : signal.channel(c)) sample = value = std::fmod(value * 1.7F + 0.31F, 1.0F);
  }
  for (const int target : {1, 2, 6, 8}) {
    const Waveform whole = ConvertChannels(signal, target);
    EXPECT_EQ(whole.sample_rate(), 48000);
    ASSERT_EQ(whole.frames(), 10000);
    const ChannelMixer mixer(6, target);
    Waveform cut(target, 10000, 48000);
    std::int64_t begin = 0;
    for (const std::int64_t length : {0, 1, 7, 2048, 2049, 5000, 895}) {
      std::vector<const float*> in;
      std::vector<float*> out;
      for (int c = 0; c < 6; ++c) in.push_back(signal.channel(c).data() + begin);
      for (int c = 0; c < target; ++c) out.push_back(cut.channel(c).data() + begin);
      mixer.Process(in.data(), length, out.data());
      begin += length;
    }
    ASSERT_EQ(begin, 10000);
    for (int c = 0; c < target; ++c) {
      EXPECT_TRUE(std::equal(whole.channel(c).begin(), whole.channel(c).end(), cut.channel(c).begin()));
      for (std::size_t i : {std::size_t{0}, std::size_t{5000}, std::size_t{9999}}) {
        double expected = 0;
        for (int s = 0; s < 6; ++s)
          expected += static_cast<double>(mixer.gain(c, s)) * static_cast<double>(signal.channel(s)[i]);
        EXPECT_NEAR(whole.channel(c)[i], expected, 1e-6);
      }
    }
  }
}

TEST(ChannelMixer, WhatIsNotFiniteStaysInItsChannel) {
  Waveform signal(2, 3, 8000);
  for (int c = 0; c < 2; ++c) std::ranges::fill(signal.channel(c), 0.25F);
  signal.channel(0)[1] = std::numeric_limits<float>::quiet_NaN();
  const Waveform more = ConvertChannels(signal, 6);
  EXPECT_TRUE(std::isnan(more.channel(0)[1]));
  for (int c = 1; c < 6; ++c) EXPECT_FALSE(std::isnan(more.channel(c)[1])) << c;
}

}  // namespace
}  // namespace klay
