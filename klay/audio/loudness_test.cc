#include "klay/audio/loudness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "klay/audio/waveform.h"

namespace klay {
namespace {

struct Part {
  double seconds;
  double level_db;  // of the sine's peak
};

Waveform Sines(int channels, int rate, double frequency, const std::vector<Part>& parts, double phase = 0) {
  double seconds = 0;
  for (const Part& part : parts) seconds += part.seconds;
  Waveform signal(channels, static_cast<std::int64_t>(seconds * rate), rate);
  std::size_t frame = 0;
  for (const Part& part : parts) {
    const double amplitude = std::pow(10, part.level_db / 20);
    for (std::size_t end = frame + static_cast<std::size_t>(part.seconds * rate); frame < end; ++frame) {
      const double value = amplitude
          * std::sin(2 * std::numbers::pi * std::fmod(frequency * static_cast<double>(frame) / rate, 1.0) + phase);
      for (int c = 0; c < channels; ++c) signal.channel(c)[frame] = static_cast<float>(value);
    }
  }
  return signal;
}

std::vector<const float*> Planes(const Waveform& signal, std::int64_t begin = 0) {
  std::vector<const float*> planes;
  for (int c = 0; c < signal.channels(); ++c) planes.push_back(signal.channel(c).data() + begin);
  return planes;
}

Loudness Measured(const Waveform& signal) {
  LoudnessMeter meter(signal.channels(), signal.sample_rate());
  meter.Process(Planes(signal).data(), signal.frames());
  return meter.Finish();
}

// EBU Tech 3341, test signals 1 to 5 (1 kHz stereo sines): 0.1 LU is allowed.
TEST(Loudness, IntegratedFollowsTech3341) {
  struct Case {
    std::vector<Part> parts;
    double lufs;
  };
  for (const Case& c : {Case{{{20, -23}}, -23}, Case{{{20, -33}}, -33}, Case{{{10, -36}, {60, -23}, {10, -36}}, -23},
                        Case{{{10, -72}, {10, -36}, {60, -23}, {10, -36}, {10, -72}}, -23},
                        Case{{{20, -26}, {20.1, -20}, {20, -26}}, -23}}) {
    EXPECT_NEAR(Measured(Sines(2, 48000, 1000, c.parts)).integrated_lufs, c.lufs, 0.1);
  }
}

// EBU Tech 3342, test signals 1 to 4: 1 LU is allowed.
TEST(Loudness, RangeFollowsTech3342) {
  struct Case {
    std::vector<Part> parts;
    double lu;
  };
  for (const Case& c :
       {Case{{{20, -20}, {20, -30}}, 10}, Case{{{20, -20}, {20, -15}}, 5}, Case{{{20, -40}, {20, -20}}, 20},
        Case{{{20, -50}, {20, -35}, {20, -20}, {20, -35}, {20, -50}}, 15}}) {
    EXPECT_NEAR(Measured(Sines(2, 48000, 1000, c.parts)).range_lu, c.lu, 1);
  }
}

// A sine of a quarter of the rate whose samples miss its peaks by 3 dB (as in Tech 3341, signals 15 to 19).
TEST(Loudness, TruePeakLiesBetweenTheSamples) {
  for (const int rate : {8000, 44100, 48000, 96000}) {
    const Loudness loudness = Measured(Sines(2, rate, rate / 4.0, {{1, -6}}, std::numbers::pi / 4));
    EXPECT_NEAR(loudness.true_peak_dbtp, -6, 0.2) << rate;
    ASSERT_EQ(loudness.channel_true_peaks_dbtp.size(), 2U);
    EXPECT_EQ(loudness.channel_true_peaks_dbtp[0], loudness.true_peak_dbtp);
  }
}

TEST(Loudness, ChannelsCountByTheirPlaces) {
  const double one = Measured(Sines(1, 48000, 1000, {{3, -23}})).integrated_lufs;
  struct Case {
    int channels, channel;
    double lu;  // of a sine in that channel alone, against mono
  };
  const double surround = 10 * std::log10(1.41);
  const double nothing = -std::numeric_limits<double>::infinity();
  for (const Case& c : {Case{2, 0, 0}, Case{2, 1, 0}, Case{3, 2, nothing}, Case{4, 3, surround}, Case{5, 2, 0},
                        Case{6, 3, nothing}, Case{6, 4, surround}, Case{7, 4, 0}, Case{7, 5, surround}, Case{8, 4, 0},
                        Case{8, 7, surround}, Case{9, 8, 0}, Case{64, 63, 0}}) {
    Waveform signal = Sines(c.channels, 48000, 1000, {{3, -23}});
    for (int other = 0; other < c.channels; ++other) {
      if (other != c.channel) std::ranges::fill(signal.channel(other), 0.F);
    }
    const double lufs = Measured(signal).integrated_lufs;
    if (c.lu == nothing) {
      EXPECT_EQ(lufs, nothing) << c.channels << ", " << c.channel;
    } else {
      EXPECT_NEAR(lufs - one, c.lu, 0.02) << c.channels << ", " << c.channel;
    }
  }
}

TEST(Loudness, BlocksDoNotMatter) {
  const Waveform signal = Sines(2, 44100, 440, {{2, -20}, {2, -30}, {2, -10}});
  const Loudness whole = Measured(signal);
  for (const std::int64_t block : {1, 777, 4096, 100000}) {
    LoudnessMeter meter(2, 44100);
    for (std::int64_t begin = 0; begin < signal.frames(); begin += block) {
      meter.Process(Planes(signal, begin).data(), std::min(block, signal.frames() - begin));
    }
    const Loudness cut = meter.Finish();
    EXPECT_EQ(cut.integrated_lufs, whole.integrated_lufs) << block;
    EXPECT_EQ(cut.range_lu, whole.range_lu) << block;
    EXPECT_EQ(cut.true_peak_dbtp, whole.true_peak_dbtp) << block;
  }
}

TEST(Loudness, OfNothingAndOfWhatIsNotFinite) {
  const double nothing = -std::numeric_limits<double>::infinity();
  for (const double seconds : {0.0, 0.3, 5.0}) {
    Waveform silence(2, static_cast<std::int64_t>(seconds * 48000), 48000);
    for (int c = 0; c < 2; ++c) std::ranges::fill(silence.channel(c), 0.F);
    const Loudness loudness = Measured(silence);
    EXPECT_EQ(loudness.integrated_lufs, nothing);
    EXPECT_EQ(loudness.range_lu, 0);
    EXPECT_EQ(loudness.true_peak_dbtp, nothing);
  }
  Waveform signal = Sines(2, 48000, 1000, {{5, -23}});
  signal.channel(0)[0] = std::numeric_limits<float>::quiet_NaN();
  signal.channel(1)[5] = std::numeric_limits<float>::infinity();
  const Loudness loudness = Measured(signal);
  EXPECT_NEAR(loudness.integrated_lufs, -23, 0.1);
  EXPECT_EQ(loudness.not_finite, 2);
}

TEST(Loudness, RefusesWhatItCannotMeasure) {
  for (const auto& [channels, rate] :
       {std::pair{0, 44100}, {65, 44100}, {2, 15}, {2, 2822401}, {2, 2147483647}, {-1, 44100}, {64, 192000}}) {
    EXPECT_THROW(LoudnessMeter(channels, rate), AudioError) << channels << " at " << rate;
  }
  for (const auto& [channels, rate] : {std::pair{1, 16}, {1, 8000}, {8, 384000}, {64, 48000}}) {
    EXPECT_NO_THROW(LoudnessMeter(channels, rate)) << channels << " at " << rate;
  }
}

}  // namespace
}  // namespace klay
