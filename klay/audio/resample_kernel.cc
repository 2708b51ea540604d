#include "klay/audio/resample_kernel.h"

#include <vector>

namespace klay::internal {
namespace {

#define KLAY_TARGET
#define KLAY_SIMD static inline __attribute__((always_inline))

// The vectors of 16 bytes that every 64-bit processor has, in the compilers' notation for them.
struct Simd {
  using Single = float __attribute__((vector_size(16)));
  using Double = double __attribute__((vector_size(16)));
  static constexpr int kSingles = 4;
  static constexpr int kDoubles = 2;

  KLAY_SIMD Single ZeroSingle() { return Single{}; }
  KLAY_SIMD Double ZeroDouble() { return Double{}; }
  KLAY_SIMD Single Broadcast(float value) { return Single{value, value, value, value}; }
  KLAY_SIMD Double Broadcast(double value) { return Double{value, value}; }
  KLAY_SIMD Single Load(const float* from) { return Single{from[0], from[1], from[2], from[3]}; }
  KLAY_SIMD Double Load(const double* from) { return Double{from[0], from[1]}; }
  KLAY_SIMD Double Widen(const float* from) { return Double{from[0], from[1]}; }
  KLAY_SIMD void Store(float* to, Single value) { __builtin_memcpy(to, &value, sizeof value); }
  KLAY_SIMD void Store(double* to, Double value) { __builtin_memcpy(to, &value, sizeof value); }
  KLAY_SIMD void Narrow(float* to, Double value) {
    to[0] = static_cast<float>(value[0]);
    to[1] = static_cast<float>(value[1]);
  }
  KLAY_SIMD Single MultiplyAdd(Single a, Single b, Single c) { return a * b + c; }
  KLAY_SIMD Double MultiplyAdd(Double a, Double b, Double c) { return a * b + c; }
  KLAY_SIMD double Sum(Double a) { return a[0] + a[1]; }

  // to[i * stride + k] = from[k][offset + i].
  KLAY_SIMD void Transpose(const float* const (&from)[8], std::int64_t offset, float* to, std::int64_t stride) {
    for (int i = 0; i < 8; ++i) {
      for (int k = 0; k < 8; ++k) to[i * stride + k] = from[k][offset + i];
    }
  }
};

#include "klay/audio/resample_kernel_body.h"

constexpr ResampleKernel kPortable = {"portable", kLanes, Periodic, Smooth};

std::vector<const ResampleKernel*> Supported() {
  std::vector<const ResampleKernel*> kernels;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    kernels.push_back(kResampleKernelAvx512);
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) kernels.push_back(kResampleKernelAvx2);
#endif
  kernels.push_back(&kPortable);
  return kernels;
}

}  // namespace

std::int64_t ResampleKernel::ScratchFloats(const PeriodicBank& bank) const {
  return ((bank.rows + 7) / 8 * 8 + bank.period_target) * lanes;
}

std::span<const ResampleKernel* const> ResampleKernels() {
  static const std::vector<const ResampleKernel*> kernels = Supported();
  return kernels;
}

}  // namespace klay::internal
