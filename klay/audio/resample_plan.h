// The quality presets as rows of stages: how a steep low-pass is put together at the least cost.
//
// A steep filter costs as many products as it is long, and it is as long as its rate is high. So it works at the lowest
// rate there is, and cheap filters with wide transitions halve the rate before it, or double it after it (R. E.
// Crochiere and L. R. Rabiner, "Optimum FIR digital filter implementations for decimation, interpolation, and
// narrow-band filtering", 1975). Between rates without a small common divisor, the steep filter doubles the rate, after
// which a short one is enough to find values at any position.
#pragma once

#include <vector>

#include "klay/audio/resample_filter.h"

namespace klay::internal {

struct ResampleStageSpec {
  FilterSpec filter;
  RateRatio ratio;
};

// A low-pass that is flat up to `pass` and falls to -`attenuation` dB at 1, both relative to the lower of the two
// Nyquist frequencies, by Kaiser-windowed sincs. `precise` as in FilterSpec. The stages' ratios multiply to `ratio`.
std::vector<ResampleStageSpec> PlanLowPass(double pass, double attenuation, bool precise, RateRatio ratio);

}  // namespace klay::internal
