// The prototype of a resampling filter: a windowed sinc, as a function of the distance from its middle, and the exact
// arithmetic of positions and lengths. Distances are counted in zero crossings of the sinc.
//
// Immutable values; thread-safe.
#pragma once

#include <compare>
#include <cstdint>
#include <span>

namespace klay::internal {

// A rate pair in lowest terms: `target` output samples for every `source` input samples.
struct RateRatio {
  std::int64_t source = 1;
  std::int64_t target = 1;

  auto operator<=>(const RateRatio&) const = default;
};

RateRatio ReduceRates(int source_rate, int target_rate);

// ceil(frames * target / source), without overflow for any length that a file can have.
std::int64_t ResampledFrames(std::int64_t frames, RateRatio ratio);

enum class SincWindow { kHann, kKaiser };

struct FilterSpec {
  SincWindow window = SincWindow::kHann;
  double zero_crossings = 6;  // on each side of the middle
  double rolloff = 0.99;      // where the gain is one half, as a fraction of the lower of the two Nyquist frequencies
  double beta = 0;            // of the Kaiser window
  // Scale every phase to a sum of one.
  bool unit_gain = false;
  // Round the fraction phase/phases to 32 bits before it is used, as torchaudio does.
  bool float_phases = false;
  // Products and sums in double precision near the middle of the filter.
  bool precise = false;

  auto operator<=>(const FilterSpec&) const = default;
};

// A spec together with a ratio: where the taps of an output sample lie in the input, and their values.
class SincFilter {
 public:
  SincFilter(const FilterSpec& spec, RateRatio ratio);

  // Taps reach this many input samples to each side of an output sample's position.
  double reach() const { return reach_; }
  // The most taps that an output sample has.
  std::int64_t taps() const { return taps_; }

  // Values so many input samples away from the middle, or further, are not above this.
  double Envelope(double distance) const;

  // Where output sample `phase` (0 <= phase < ratio.target) lies, in input samples after output sample 0.
  double Position(std::int64_t phase) const;
  // The first input sample of taps() that may reach an output sample at `position`.
  std::int64_t FirstTap(double position) const;
  // Writes the values of the input samples from `first` for the output sample at `position`.
  void Fill(double position, std::int64_t first, std::span<double> values) const;

 private:
  double Value(double distance) const;
  double Window(double distance) const;

  FilterSpec spec_;
  RateRatio ratio_;
  double crossings_per_sample_;
  double reach_;
  std::int64_t taps_;
  double bessel_of_beta_;
};

}  // namespace klay::internal
