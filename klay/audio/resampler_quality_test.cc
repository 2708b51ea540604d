// The figures that resampler.h gives for its methods, measured with sines and sweeps.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "klay/audio/resampler.h"

namespace klay {
namespace {

constexpr double kAmplitude = 0.5;
constexpr double kSeconds = 0.4;

// At integer `frequency` times `rate` in Hz; the phase is reduced before the sine, which is exact to the last digits.
double Sine(double frequency, std::int64_t frame, double rate) {
  return std::sin(2 * std::numbers::pi * std::fmod(frequency * static_cast<double>(frame) / rate, 1.0));
}

double Cosine(double frequency, std::int64_t frame, double rate) {
  return std::cos(2 * std::numbers::pi * std::fmod(frequency * static_cast<double>(frame) / rate, 1.0));
}

Waveform Tone(double frequency, int rate) {
  Waveform tone(1, static_cast<std::int64_t>(kSeconds * rate), rate);
  std::int64_t frame = 0;
  for (float& sample : tone.channel(0)) sample = static_cast<float>(kAmplitude * Sine(frequency, frame++, rate));
  return tone;
}

double Db(double power_ratio) { return 10 * std::log10(std::max(power_ratio, 1e-30)); }

struct ToneResult {
  double gain_db;
  double snr_db;    // the tone against everything else
  double level_db;  // of everything, against the tone that went in
};

// Fits the sine to the middle of what became of it.
ToneResult Measure(double frequency, int source, int target, ResamplerMethod method) {
  const Waveform result = Resample(Tone(frequency, source), target, {.method = method});
  const std::int64_t begin = result.frames() * 3 / 10;
  const std::int64_t end = result.frames() * 7 / 10;
  double ss = 0, sc = 0, cc = 0, ys = 0, yc = 0, yy = 0;
  for (std::int64_t i = begin; i < end; ++i) {
    const double y = result.channel(0)[static_cast<std::size_t>(i)];
    const double s = Sine(frequency, i, target);
    const double c = Cosine(frequency, i, target);
    ss += s * s;
    sc += s * c;
    cc += c * c;
    ys += y * s;
    yc += y * c;
    yy += y * y;
  }
  const double determinant = ss * cc - sc * sc;
  const double a = (ys * cc - yc * sc) / determinant;
  const double b = (yc * ss - ys * sc) / determinant;
  double rest = 0;
  for (std::int64_t i = begin; i < end; ++i) {
    const double y = result.channel(0)[static_cast<std::size_t>(i)];
    const double difference = y - a * Sine(frequency, i, target) - b * Cosine(frequency, i, target);
    rest += difference * difference;
  }
  const auto count = static_cast<double>(end - begin);
  const double power = a * a + b * b;
  const double in = kAmplitude * kAmplitude;
  return {Db(power / in), Db(power / 2 * count / std::max(rest, 1e-30)), Db(yy / count / (in / 2))};
}

struct Figures {
  ResamplerMethod method;
  double snr_db;     // at least, for tones up to 0.9 of the lower Nyquist frequency
  double ripple_db;  // at most, there
  double edge_db;    // the gain at 0.943 of it, at least
  double stop_db;    // aliases and images, at most
  double sweep_db;   // a sweep against the same sweep at the new rate: gain, phase and noise in one
};

constexpr Figures kFigures[] = {
    {ResamplerMethod::kMedium, 105, 0.001, -1.6, -102, 105},
    {ResamplerMethod::kHigh, 135, 0.001, -1.2, -135, 125},
    {ResamplerMethod::kVeryHigh, 149, 0.001, -1.1, -153, 125},
};

class ResamplerQuality : public testing::TestWithParam<Figures> {};

TEST_P(ResamplerQuality, PassBand) {
  const Figures& figures = GetParam();
  for (const auto& [source, target] : {std::pair{44100, 16000},
                                       {44100, 48000},
                                       {48000, 44100},
                                       {48000, 16000},
                                       {16000, 48000},
                                       {96000, 44100},
                                       {48000, 44101},
                                       {8000, 384000}}) {
    const double nyquist = std::min(source, target) / 2.0;
    for (const double part : {0.0125, 0.1, 0.3, 0.5, 0.7, 0.85, 0.9}) {
      const ToneResult tone = Measure(part * nyquist, source, target, figures.method);
      EXPECT_GE(tone.snr_db, figures.snr_db) << source << " -> " << target << " at " << part;
      EXPECT_LE(std::abs(tone.gain_db), figures.ripple_db) << source << " -> " << target << " at " << part;
    }
    EXPECT_GE(Measure(0.943 * nyquist, source, target, figures.method).gain_db, figures.edge_db);
  }
}

TEST_P(ResamplerQuality, StopBand) {
  const Figures& figures = GetParam();
  for (const auto& [source, target] :
       {std::pair{44100, 16000}, {48000, 16000}, {48000, 44100}, {192000, 8000}, {384000, 44100}, {48000, 32001}}) {
    for (double frequency = target / 2.0; frequency < source / 2.0; frequency += (source - target) / 2.0 / 12) {
      EXPECT_LE(Measure(frequency, source, target, figures.method).level_db, figures.stop_db)
          << source << " -> " << target << " at " << frequency;
    }
  }
  // When the rate rises, what is above the old Nyquist frequency are images, which the tone's SNR holds.
  for (const int target : {48000, 88200, 384000}) {
    EXPECT_GE(Measure(0.9 * 22050, 44100, target, figures.method).snr_db, figures.snr_db) << target;
  }
}

// A linear sweep from 20 Hz to 0.85 of the lower Nyquist frequency is known at any time, so at any rate.
TEST_P(ResamplerQuality, SweepKeepsItsPlace) {
  const Figures& figures = GetParam();
  for (const auto& [source, target] : {std::pair{44100, 16000}, {44100, 48000}, {48000, 44101}}) {
    const double seconds = 2;
    const double rise = (0.85 * std::min(source, target) / 2 - 20) / (2 * seconds);
    const auto sweep = [&](std::int64_t frame, int rate) {
      const double t = static_cast<double>(frame) / rate;
      return kAmplitude * std::sin(2 * std::numbers::pi * std::fmod(20 * t + rise * t * t, 1.0));
    };
    Waveform signal(1, static_cast<std::int64_t>(seconds * source), source);
    for (std::int64_t i = 0; i < signal.frames(); ++i) {
      signal.channel(0)[static_cast<std::size_t>(i)] = static_cast<float>(sweep(i, source));
    }
    const Waveform result = Resample(signal, target, {.method = figures.method});
    double power = 0;
    double error = 0;
    for (std::int64_t i = result.frames() / 10; i < result.frames() * 9 / 10; ++i) {
      const double expected = sweep(i, target);
      power += expected * expected;
      error += std::pow(result.channel(0)[static_cast<std::size_t>(i)] - expected, 2);
    }
    EXPECT_GE(Db(power / error), figures.sweep_db) << source << " -> " << target;
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, ResamplerQuality, testing::ValuesIn(kFigures),
                         [](const auto& info) { return ResamplerMethodName(info.param.method); });

// What behaviour the original has, for those who move over: soft, and little rejection just above the Nyquist
// frequency.
TEST(ResamplerSincHann, HasTheOriginalsResponse) {
  struct Case {
    double frequency, gain_db;
  };
  for (const Case& c : {Case{1000, -0.003}, Case{6000, -0.13}, Case{7000, -1.8}, Case{7500, -3.7}}) {
    EXPECT_NEAR(Measure(c.frequency, 48000, 16000, ResamplerMethod::kSincHann).gain_db, c.gain_db, 0.06) << c.frequency;
  }
  for (const Case& c : {Case{8100, -7}, Case{9000, -17}, Case{10000, -45}}) {
    EXPECT_NEAR(Measure(c.frequency, 48000, 16000, ResamplerMethod::kSincHann).level_db, c.gain_db, 0.6) << c.frequency;
  }
}

}  // namespace
}  // namespace klay
