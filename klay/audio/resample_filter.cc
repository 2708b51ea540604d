#include "klay/audio/resample_filter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace klay::internal {
namespace {

// The modified Bessel function of the first kind and order zero, by its power series (all terms are positive, so that
// no digits are lost).
double BesselI0(double x) {
  const double quarter = x * x / 4;
  double sum = 1;
  double term = 1;
  for (int k = 1; term > sum * 1e-17; ++k) {
    term *= quarter / (static_cast<double>(k) * k);
    sum += term;
  }
  return sum;
}

}  // namespace

RateRatio ReduceRates(int source_rate, int target_rate) {
  const int divisor = std::gcd(source_rate, target_rate);
  return {source_rate / divisor, target_rate / divisor};
}

std::int64_t ResampledFrames(std::int64_t frames, RateRatio ratio) {
  const std::int64_t periods = frames / ratio.source;
  const std::int64_t rest = frames % ratio.source;
  return periods * ratio.target + (rest * ratio.target + ratio.source - 1) / ratio.source;
}

SincFilter::SincFilter(const FilterSpec& spec, RateRatio ratio)
    : spec_(spec),
      ratio_(ratio),
      crossings_per_sample_(spec.rolloff * static_cast<double>(std::min(ratio.source, ratio.target))
                            / static_cast<double>(ratio.source)),
      reach_(spec.zero_crossings / crossings_per_sample_),
      taps_(static_cast<std::int64_t>(2 * reach_) + 1),
      bessel_of_beta_(BesselI0(spec.beta)) {}

double SincFilter::Position(std::int64_t phase) const {
  const auto source = static_cast<double>(ratio_.source);
  const auto target = static_cast<double>(ratio_.target);
  const auto number = static_cast<double>(phase);
  if (!spec_.float_phases) return number * source / target;
  return source * static_cast<double>(static_cast<float>(number) / static_cast<float>(target));
}

std::int64_t SincFilter::FirstTap(double position) const {
  return static_cast<std::int64_t>(std::ceil(position - reach_));
}

double SincFilter::Window(double distance) const {
  const double part = distance / spec_.zero_crossings;
  if (std::abs(part) >= 1) return 0;
  if (spec_.window == SincWindow::kHann) {
    const double cosine = std::cos(std::numbers::pi / 2 * part);
    return cosine * cosine;
  }
  return BesselI0(spec_.beta * std::sqrt(1 - part * part)) / bessel_of_beta_;
}

double SincFilter::Value(double distance) const {
  const double x = std::numbers::pi * distance;
  return (x == 0 ? 1 : std::sin(x) / x) * Window(distance);
}

double SincFilter::Envelope(double distance) const {
  return Window(crossings_per_sample_ * distance) / (std::numbers::pi * distance);
}

void SincFilter::Fill(double position, std::int64_t first, std::span<double> values) const {
  double sum = 0;
  auto sample = static_cast<double>(first);
  for (double& value : values) {
    value = crossings_per_sample_ * Value(crossings_per_sample_ * (sample - position));
    sum += value;
    sample += 1;
  }
  if (!spec_.unit_gain) return;
  for (double& value : values) value /= sum;
}

}  // namespace klay::internal
