// The sinc resamplers against torchaudio: its impulse responses, and its formula written down independently.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "klay/audio/resampler_test_util.h"

namespace klay {
namespace {

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

}  // namespace
}  // namespace klay
