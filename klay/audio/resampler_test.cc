#include "klay/audio/resampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "klay/audio/resample_bank.h"
#include "klay/audio/resampler_test_util.h"

namespace klay {
namespace {

TEST(Resampler, LengthsAreExact) {
  struct Case {
    std::int64_t frames;
    int source, target;
    std::int64_t expected;
  };
  for (const Case& c :
       {Case{0, 44100, 16000, 0}, Case{1, 48000, 44100, 1}, Case{1, 44100, 48000, 2}, Case{44101, 48000, 44100, 40518},
        Case{44101, 44100, 48000, 48002}, Case{44101, 48000, 16000, 14701}, Case{20000001, 44100, 48000, 21768709},
        Case{40000003, 48000, 16000, 13333335}, Case{2, 1000, 10, 1}, Case{100, 1000, 10, 1}, Case{101, 1000, 10, 2},
        Case{std::int64_t{1} << 50, 44100, 44101, 1125925437452757}}) {
    EXPECT_EQ(Resampler(c.source, c.target, 1).OutputFrames(c.frames), c.expected) << c.frames;
  }
  for (const int source : {8000, 11025, 44100, 48000, 352800, 384000}) {
    for (const int target : {8000, 16000, 22050, 44100, 48000, 96000, 384000}) {
      for (const std::size_t frames : {0, 1, 2, 1000}) {
        const auto exact = (static_cast<std::int64_t>(frames) * target + source - 1) / source;
        EXPECT_EQ(Resampled(Signal(frames, 0.5F), source, target).size(), static_cast<std::size_t>(exact));
      }
    }
  }
}

TEST(Resampler, BlocksDoNotChangeABit) {
  std::mt19937 random(7);
  for (const auto& [source, target] : {std::pair{44100, 16000},
                                       {44100, 48000},
                                       {48000, 44100},
                                       {48000, 16000},
                                       {8000, 384000},
                                       {384000, 8000},
                                       {48000, 44101},
                                       {5, 3},
                                       {44100, 44100}}) {
    for (const ResamplerMethod method : {ResamplerMethod::kSincHann, ResamplerMethod::kSincKaiser,
                                         ResamplerMethod::kHigh, ResamplerMethod::kVeryHigh}) {
      Resampler resampler(source, target, 1, {.method = method});
      // Lengths at which the rest of the signal fills the kernel's block exactly, nearly, or goes beyond it.
      for (int round = 0; round < 4; ++round) {
        const Signal signal = Noise(std::uniform_int_distribution<std::size_t>(1, 40000)(random), random());
        const Signal whole = Whole(resampler, signal);
        for (const std::size_t most : {std::size_t{300}, std::size_t{5000}, signal.size()}) {
          std::uniform_int_distribution<std::size_t> length(0, most);
          const Signal cut = Streamed(resampler, signal, [&] { return length(random); });
          ASSERT_EQ(cut.size(), whole.size());
          ASSERT_EQ(std::memcmp(cut.data(), whole.data(), whole.size() * sizeof(float)), 0)
              << source << " -> " << target << ", " << ResamplerMethodName(method) << ", " << signal.size()
              << " frames in blocks of at most " << most;
        }
      }
    }
  }
}

TEST(Resampler, OneSampleAtATime) {
  const Signal signal = Noise(3000, 3);
  for (const int target : {48000, 16000, 44101}) {
    Resampler resampler(44100, target, 1);
    const Signal single = Streamed(resampler, signal, [] { return std::size_t{1}; });
    EXPECT_EQ(single, Whole(resampler, signal)) << target;
  }
}

TEST(Resampler, EqualRatesPassEverythingThrough) {
  Signal signal = Noise(1000, 1);
  signal[10] = std::numeric_limits<float>::infinity();
  signal[20] = -0.0F;
  for (const int rate : {1, 44100, 2147483647}) {
    const Signal same = Resampled(signal, rate, rate, {.method = ResamplerMethod::kVeryHigh});
    ASSERT_EQ(same.size(), signal.size());
    EXPECT_EQ(std::memcmp(same.data(), signal.data(), signal.size() * sizeof(float)), 0);
  }
}

TEST(Resampler, ChannelsDoNotTouchEachOther) {
  for (const int channels : {1, 2, 9, Resampler::kMostChannels}) {
    Waveform signal(channels, 3000, 44100);
    for (int c = 0; c < channels; ++c)
      std::ranges::copy(Noise(3000, static_cast<unsigned>(c)), signal.channel(c).begin());
    const Waveform result = Resample(signal, 16000);
    ASSERT_EQ(result.frames(), 1089);
    EXPECT_EQ(result.sample_rate(), 16000);
    for (int c = 0; c < channels; ++c) {
      EXPECT_TRUE(
          std::ranges::equal(result.channel(c), Resampled(Noise(3000, static_cast<unsigned>(c)), 44100, 16000)));
    }
  }
}

// Filters in a row reach beyond the signal between them, too: an impulse at its first and at its last sample becomes
// what it becomes in the middle.
TEST(Resampler, EndsOfTheSignalAreLikeItsMiddle) {
  for (const auto& [source, target] : {std::pair{44100, 16000}, {48000, 16000}, {96000, 8000}, {8000, 96000}}) {
    for (const ResamplerMethod method :
         {ResamplerMethod::kSincHann, ResamplerMethod::kHigh, ResamplerMethod::kVeryHigh}) {
      const internal::RateRatio ratio = internal::ReduceRates(source, target);
      const std::int64_t periods = 6000 / ratio.source;
      const auto middle_in = static_cast<std::size_t>(periods / 2 * ratio.source);
      const auto middle_out = static_cast<std::size_t>(periods / 2 * ratio.target);
      Signal signal(static_cast<std::size_t>(periods * ratio.source));
      signal[middle_in] = 1;
      const Signal expected = Resampled(signal, source, target, {.method = method});

      const Signal at_the_end(signal.begin(), signal.begin() + static_cast<std::ptrdiff_t>(middle_in) + 1);
      const Signal end = Resampled(at_the_end, source, target, {.method = method});
      ASSERT_GT(end.size(), middle_out);
      for (std::size_t i = 0; i < end.size(); ++i) ASSERT_EQ(end[i], expected[i]) << source << " -> " << target;

      const Signal at_the_beginning(signal.begin() + static_cast<std::ptrdiff_t>(middle_in), signal.end());
      const Signal beginning = Resampled(at_the_beginning, source, target, {.method = method});
      for (std::size_t i = 0; i < beginning.size(); ++i) {
        ASSERT_EQ(beginning[i], expected[middle_out + i]) << source << " -> " << target << " at " << i;
      }
    }
  }
}

TEST(Resampler, WhatIsNotFiniteStaysWithinReach) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const auto& [target, method, reach] : {std::tuple{48000, ResamplerMethod::kSincHann, 10},
                                                {16000, ResamplerMethod::kSincHann, 25},
                                                {44101, ResamplerMethod::kSincHann, 20},
                                                {48000, ResamplerMethod::kVeryHigh, 140}}) {
      Signal signal = Noise(20000, 5);
      const Signal clean = Resampled(signal, 44100, target, {.method = method});
      signal[10000] = bad;
      const Signal spoilt = Resampled(signal, 44100, target, {.method = method});
      const double middle = 10000.0 * target / 44100;
      int not_finite = 0;
      for (std::size_t i = 0; i < clean.size(); ++i) {
        if (std::abs(static_cast<double>(i) - middle) > reach) {
          ASSERT_EQ(clean[i], spoilt[i]) << i;
        } else {
          not_finite += std::isfinite(spoilt[i]) ? 0 : 1;
        }
      }
      EXPECT_GT(not_finite, 3);
    }
  }
}

TEST(Resampler, RefusesWhatItCannotDo) {
  struct Case {
    int source, target, channels;
    ResamplerOptions options;
    const char* word;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Case& c : {
           Case{0, 44100, 1, {}, "at least 1 Hz"},
           Case{44100, -1, 1, {}, "at least 1 Hz"},
           Case{44100, 16000, 0, {}, "0 channels"},
           Case{44100, 16000, 129, {}, "129 channels"},
           Case{44100, 44100, 129, {}, "129 channels"},
           Case{2147483647, 16000, 1, {}, "from 2147483647 to 16000 Hz"},
           Case{1, 48000, 1, {}, "factor of at most 1024"},
           Case{44100, 16000, 1, {.lowpass_filter_width = 0}, "lowpass_filter_width"},
           Case{44100, 16000, 1, {.lowpass_filter_width = 2147483647}, "lowpass_filter_width"},
           Case{44100, 16000, 1, {.rolloff = 0}, "rolloff"},
           Case{44100, 16000, 1, {.rolloff = nan}, "rolloff"},
           Case{44100, 16000, 1, {.rolloff = 1.01}, "rolloff"},
           Case{44100, 16000, 1, {.method = ResamplerMethod::kSincKaiser, .beta = -1}, "beta"},
       }) {
    try {
      Resampler(c.source, c.target, c.channels, c.options);
      ADD_FAILURE() << "was accepted: " << c.word;
    } catch (const AudioError& error) {
      EXPECT_NE(std::string(error.what()).find(c.word), std::string::npos) << error.what();
    }
  }
}

TEST(Resampler, MethodsHaveNames) {
  for (const ResamplerMethod method : {ResamplerMethod::kSincHann, ResamplerMethod::kSincKaiser,
                                       ResamplerMethod::kMedium, ResamplerMethod::kHigh, ResamplerMethod::kVeryHigh}) {
    EXPECT_EQ(ParseResamplerMethod(ResamplerMethodName(method)), method);
  }
  EXPECT_THROW(ParseResamplerMethod("best"), AudioError);
}

TEST(Resampler, TablesStaySmallWhateverTheRates) {
  for (const auto& [source, target] : {std::pair{2147483647, 2147483646},
                                       {2147483646, 2147483647},
                                       {1000003, 1000},
                                       {1024, 1},
                                       {1, 1024},
                                       {384000, 44101},
                                       {192000, 11025},
                                       {44100, 47999}}) {
    for (const ResamplerMethod method : {ResamplerMethod::kSincHann, ResamplerMethod::kVeryHigh}) {
      const internal::FilterSpec spec = method == ResamplerMethod::kSincHann
          ? internal::FilterSpec{}
          : internal::FilterSpec{
                .window = internal::SincWindow::kKaiser, .zero_crossings = 120, .rolloff = 0.95, .beta = 17};
      const auto bank = internal::FindResampleBank(spec, internal::ReduceRates(source, target));
      EXPECT_LT(bank->Bytes(), std::size_t{17} << 20) << source << " -> " << target;
      const std::size_t frames = source / target > 100 ? 400000 : 3000;
      const Signal tone = Resampled(Signal(frames, 0.25F), source, target, {.method = method});
      EXPECT_NEAR(tone[tone.size() / 2], 0.25F, 2e-3) << source << " -> " << target;
    }
  }
}

TEST(Resampler, TablesAreSharedAndMadeOnce) {
  const internal::FilterSpec spec{.zero_crossings = 33};
  std::vector<std::shared_ptr<const internal::ResampleBank>> banks(8);
  {
    std::vector<std::jthread> threads;
    for (auto& bank : banks) threads.emplace_back([&] { bank = internal::FindResampleBank(spec, {441, 160}); });
  }
  for (const auto& bank : banks) EXPECT_EQ(bank, banks[0]);
  EXPECT_NE(internal::FindResampleBank(spec, {160, 441}), banks[0]);
}

}  // namespace
}  // namespace klay
