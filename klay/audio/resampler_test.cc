#include "klay/audio/resampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "klay/audio/resample_bank.h"

namespace klay {
namespace {

using Signal = std::vector<float>;

Signal Noise(std::size_t frames, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> level(-1, 1);
  Signal signal(frames);
  for (float& sample : signal) sample = level(random);
  return signal;
}

// Takes blocks of lengths that `next_length` chooses.
template <class NextLength>
Signal Streamed(Resampler& resampler, const Signal& signal, NextLength next_length) {
  Signal result;
  std::size_t used = 0;
  const auto receive = [&](std::int64_t most, auto write) {
    const std::size_t before = result.size();
    result.resize(before + static_cast<std::size_t>(most));
    float* planes[] = {result.data() + before};
    const std::int64_t wrote = write(planes);
    EXPECT_LE(wrote, most);
    result.resize(before + static_cast<std::size_t>(wrote));
  };
  while (used < signal.size()) {
    const std::size_t length = std::min(next_length(), signal.size() - used);
    const float* planes[] = {signal.data() + used};
    const auto frames = static_cast<std::int64_t>(length);
    receive(resampler.MostFrames(frames), [&](float** to) { return resampler.Process(planes, frames, to); });
    used += length;
  }
  receive(resampler.MostFrames(0), [&](float** to) { return resampler.Flush(to); });
  return result;
}

Signal Whole(Resampler& resampler, const Signal& signal) {
  return Streamed(resampler, signal, [&] { return signal.size(); });
}

Signal Resampled(const Signal& signal, int source, int target, const ResamplerOptions& options = {}) {
  Resampler resampler(source, target, 1, options);
  return Whole(resampler, signal);
}

// torchaudio's definition, term by term and in double precision. Phases are rounded to 32 bits as torchaudio does, or
// not.
Signal Reference(const Signal& x, int source, int target, const ResamplerOptions& options, bool float_phases) {
  const int divisor = std::gcd(source, target);
  const double p = source / divisor;
  const int q = target / divisor;
  const double width = options.lowpass_filter_width;
  const double f = options.rolloff * std::min<double>(p, q);
  const auto reach = static_cast<std::int64_t>(std::ceil(width * p / f));
  const auto n = static_cast<std::int64_t>(x.size());
  const std::int64_t frames = (n * q + static_cast<std::int64_t>(p) - 1) / static_cast<std::int64_t>(p);
  Signal y(static_cast<std::size_t>(frames));
  for (std::int64_t i = 0; i < frames; ++i) {
    const std::int64_t begin = i / q * static_cast<std::int64_t>(p);
    const auto phase = static_cast<double>(i % q);
    const double part = float_phases ? static_cast<float>(phase) / static_cast<float>(q) : phase / q;
    double sum = 0;
    // Beyond these k, up to the p + 2 * reach of torchaudio's matrix, all terms are zero.
    const auto near = static_cast<std::int64_t>(p * part);
    for (std::int64_t k = near - reach - 1; k <= near + reach + 1; ++k) {
      if (begin + k < 0 || begin + k >= n) continue;
      const double u = std::clamp(f * (static_cast<double>(k) / p - part), -width, width);
      const double sinc = u == 0 ? 1 : std::sin(std::numbers::pi * u) / (std::numbers::pi * u);
      const double window = options.method == ResamplerMethod::kSincHann
          ? std::pow(std::cos(std::numbers::pi * u / width / 2), 2)
          : std::cyl_bessel_i(0, options.beta * std::sqrt(1 - u * u / width / width))
              / std::cyl_bessel_i(0, options.beta);
      sum += f / p * window * sinc * static_cast<double>(x[static_cast<std::size_t>(begin + k)]);
    }
    y[static_cast<std::size_t>(i)] = static_cast<float>(sum);
  }
  return y;
}

double LargestDifference(const Signal& a, const Signal& b) {
  EXPECT_EQ(a.size(), b.size());
  double most = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  return most;
}

TEST(Resampler, ImpulseResponsesAreTorchaudios) {
  struct Case {
    int source, target;
    std::size_t frames, impulse, first;
    Signal expected;  // from output sample `first` on; before and after it there is nothing
  };
  for (const Case& c : {
           Case{48000,
                16000,
                61,
                30,
                4,
                {-8e-7F, 0.0002446F, -0.0008615F, 0.0016903F, -0.0025134F, 0.0031139F, 0.33F, 0.0031139F, -0.0025134F,
                 0.0016903F, -0.0008615F, 0.0002446F, -8e-7F}},
           Case{44100,
                48000,
                12,
                5,
                0,
                {0.0007338F, 0.0023803F, -0.0187364F, 0.0634564F, -0.1768225F, 0.7385804F, 0.6100342F, -0.1866347F,
                 0.0779131F, -0.0288341F, 0.0073108F, -0.0006446F, -5e-7F, 0.F}},
           Case{48000,
                44100,
                12,
                5,
                0,
                {0.008668F, -0.0284962F, 0.0674637F, -0.1493512F, 0.4627838F, 0.6785706F, -0.1712245F, 0.0746619F,
                 -0.031862F, 0.0104141F, -0.0013779F, 0.F}},
       }) {
    Signal impulse(c.frames);
    impulse[c.impulse] = 1;
    const Signal response = Resampled(impulse, c.source, c.target);
    ASSERT_LE(c.first + c.expected.size(), response.size());
    for (std::size_t i = 0; i < response.size(); ++i) {
      const bool inside = i >= c.first && i < c.first + c.expected.size();
      EXPECT_NEAR(response[i], inside ? c.expected[i - c.first] : 0, 1e-6)
          << c.source << " -> " << c.target << ", " << i;
    }
  }
}

TEST(Resampler, FollowsTorchaudiosFormula) {
  struct Case {
    int source, target;
    ResamplerOptions options;
    bool small = true;  // numbers in lowest terms: only then torchaudio's rounding of the phases is followed
  };
  const auto hann = [](int width, double rolloff) {
    return ResamplerOptions{.lowpass_filter_width = width, .rolloff = rolloff};
  };
  const auto kaiser = [](int width, double rolloff, double beta) {
    return ResamplerOptions{ResamplerMethod::kSincKaiser, width, rolloff, beta};
  };
  const Case cases[] = {
      {44100, 16000, {}},
      {44100, 48000, {}},
      {48000, 44100, {}},
      {48000, 16000, {}},
      {16000, 44100, {}},
      {44100, 22050, {}},
      {22050, 44100, {}},
      {16000, 11250, {}},
      {1000, 10, {}},
      {10, 1000, {}},
      {8000, 384000, {}},
      {384000, 8000, {}},
      {3, 2, {}},
      {1, 1000, {}},
      {12345, 48000, {}},
      {44100, 16000, hann(1, 0.99)},
      {44100, 16000, hann(64, 0.9475937167399596)},
      {44100, 48000, hann(16, 0.5)},
      {44100, 48000, kaiser(6, 0.99, 14.769656459379492)},
      {48000, 44100, kaiser(16, 0.85, 8.555504641634386)},
      {48000, 16000, kaiser(64, 0.9475937167399596, 0)},
      {48000, 44101, {}, false},
      {44101, 48000, hann(16, 0.9), false},
      {96001, 8000, {}, false},
      {48000, 47999, kaiser(6, 0.99, 14.769656459379492), false},
  };
  for (const Case& c : cases) {
    // Short against a kernel's block, longer, and much longer than the filter.
    for (const std::size_t frames : {1, 7, 300, 5000}) {
      if (frames > 7 && c.target > 20 * c.source) continue;  // the reference would take too long
      const Signal signal = Noise(frames, static_cast<unsigned>(frames));
      const Signal expected = Reference(signal, c.source, c.target, c.options, c.small);
      EXPECT_LT(LargestDifference(Resampled(signal, c.source, c.target, c.options), expected), 1e-6)
          << c.source << " -> " << c.target << ", " << ResamplerMethodName(c.options.method) << " "
          << c.options.lowpass_filter_width << ", " << frames << " frames";
    }
  }
}

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
