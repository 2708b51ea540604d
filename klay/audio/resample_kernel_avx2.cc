// The resampling loops with AVX2 and FMA.
#include "klay/audio/resample_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

namespace klay::internal {
namespace {

#define KLAY_TARGET __attribute__((target("avx2,fma")))
#define KLAY_SIMD KLAY_TARGET static inline __attribute__((always_inline))

struct Simd {
  using Single = __m256;
  using Double = __m256d;
  static constexpr int kSingles = 8;
  static constexpr int kDoubles = 4;

  KLAY_SIMD Single ZeroSingle() { return _mm256_setzero_ps(); }
  KLAY_SIMD Double ZeroDouble() { return _mm256_setzero_pd(); }
  KLAY_SIMD Single Broadcast(float value) { return _mm256_set1_ps(value); }
  KLAY_SIMD Double Broadcast(double value) { return _mm256_set1_pd(value); }
  KLAY_SIMD Single Load(const float* from) { return _mm256_loadu_ps(from); }
  KLAY_SIMD Double Load(const double* from) { return _mm256_loadu_pd(from); }
  KLAY_SIMD Double Widen(const float* from) { return _mm256_cvtps_pd(_mm_loadu_ps(from)); }
  KLAY_SIMD void Store(float* to, Single value) { _mm256_storeu_ps(to, value); }
  KLAY_SIMD void Store(double* to, Double value) { _mm256_storeu_pd(to, value); }
  KLAY_SIMD void Narrow(float* to, Double value) { _mm_storeu_ps(to, _mm256_cvtpd_ps(value)); }
  KLAY_SIMD Single MultiplyAdd(Single a, Single b, Single c) { return _mm256_fmadd_ps(a, b, c); }
  KLAY_SIMD Double MultiplyAdd(Double a, Double b, Double c) { return _mm256_fmadd_pd(a, b, c); }
  KLAY_SIMD double Sum(Double a) {
    const __m128d pairs = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
    return _mm_cvtsd_f64(_mm_add_sd(pairs, _mm_unpackhi_pd(pairs, pairs)));
  }

#include "klay/audio/resample_transpose_avx.h"
};

#include "klay/audio/resample_kernel_body.h"

constexpr ResampleKernel kKernel = {"AVX2", kLanes, Periodic, Smooth};

}  // namespace

const ResampleKernel* const kResampleKernelAvx2 = &kKernel;

}  // namespace klay::internal

#else

namespace klay::internal {
const ResampleKernel* const kResampleKernelAvx2 = nullptr;
}  // namespace klay::internal

#endif
