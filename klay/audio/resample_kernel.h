// The inner loops of resampling, written once in resample_kernel_body.h and compiled for several instruction sets. The
// best that the machine has is chosen when the program runs.
//
// Every output sample is the sum of its products in one fixed order, whatever is computed beside it. The vectorised
// variants use fused multiply-add and give the same bits; the portable one rounds products, and differs from them in
// the last bits.
#pragma once

#include <cstdint>
#include <span>

#include "klay/audio/resample_bank.h"

namespace klay::internal {

// Floats that may be read, and are not used, behind the input of a kernel.
inline constexpr std::int64_t kResampleSlack = 16;

struct ResampleKernel {
  const char* name;
  int lanes;  // periods that Periodic() computes at once

  // `input` is the first input sample of the first of `periods` (at most `lanes`) periods, periods.first_start after
  // its beginning. Behind the last there are kResampleSlack floats more. Writes `periods` * period_target samples.
  // `scratch` has room for ScratchFloats() floats and is aligned to 64 bytes.
  void (*periodic)(const PeriodicBank& bank, const float* input, int periods, float* scratch, float* output);

  // `count` output samples, of which the first lies `rest` (below ratio.target) ratio.target-ths after the input sample
  // input[bank.reach], and each next one ratio.source of them further. Of each, bank.taps samples are read.
  void (*smooth)(const SmoothBank& bank, RateRatio ratio, std::int64_t rest, std::int64_t count, const float* input,
                 float* output);

  std::int64_t ScratchFloats(const PeriodicBank& bank) const;
};

// Those that this machine can run, the best first.
std::span<const ResampleKernel* const> ResampleKernels();

// The variants of other files; null where the compiler's target is another architecture.
extern const ResampleKernel* const kResampleKernelAvx2;
extern const ResampleKernel* const kResampleKernelAvx512;

}  // namespace klay::internal
