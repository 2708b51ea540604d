// The resampling loops with AVX-512.
#include "klay/audio/resample_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

namespace klay::internal {
namespace {

#define KLAY_TARGET __attribute__((target("avx512f,avx2,fma")))
#define KLAY_SIMD KLAY_TARGET static inline __attribute__((always_inline))

struct Simd {
  using Single = __m512;
  using Double = __m512d;
  static constexpr int kSingles = 16;
  static constexpr int kDoubles = 8;

  KLAY_SIMD Single ZeroSingle() { return _mm512_setzero_ps(); }
  KLAY_SIMD Double ZeroDouble() { return _mm512_setzero_pd(); }
  KLAY_SIMD Single Broadcast(float value) { return _mm512_set1_ps(value); }
  KLAY_SIMD Double Broadcast(double value) { return _mm512_set1_pd(value); }
  KLAY_SIMD Single Load(const float* from) { return _mm512_loadu_ps(from); }
  KLAY_SIMD Double Load(const double* from) { return _mm512_loadu_pd(from); }
  // The forms without a mask begin with an undefined register, of which GCC warns.
  KLAY_SIMD Double Widen(const float* from) { return _mm512_maskz_cvtps_pd(0xFF, _mm256_loadu_ps(from)); }
  KLAY_SIMD void Store(float* to, Single value) { _mm512_storeu_ps(to, value); }
  KLAY_SIMD void Store(double* to, Double value) { _mm512_storeu_pd(to, value); }
  KLAY_SIMD void Narrow(float* to, Double value) { _mm256_storeu_ps(to, _mm512_maskz_cvtpd_ps(0xFF, value)); }
  KLAY_SIMD Single MultiplyAdd(Single a, Single b, Single c) { return _mm512_fmadd_ps(a, b, c); }
  KLAY_SIMD Double MultiplyAdd(Double a, Double b, Double c) { return _mm512_fmadd_pd(a, b, c); }
  KLAY_SIMD double Sum(Double a) {
    const __m256d half =
        _mm256_add_pd(_mm512_maskz_extractf64x4_pd(0xF, a, 0), _mm512_maskz_extractf64x4_pd(0xF, a, 1));
    const __m128d pairs = _mm_add_pd(_mm256_castpd256_pd128(half), _mm256_extractf128_pd(half, 1));
    return _mm_cvtsd_f64(_mm_add_sd(pairs, _mm_unpackhi_pd(pairs, pairs)));
  }

#include "klay/audio/resample_transpose_avx.h"
};

#include "klay/audio/resample_kernel_body.h"

constexpr ResampleKernel kKernel = {"AVX-512", kLanes, Periodic, Smooth};

}  // namespace

const ResampleKernel* const kResampleKernelAvx512 = &kKernel;

}  // namespace klay::internal

#else

namespace klay::internal {
const ResampleKernel* const kResampleKernelAvx512 = nullptr;
}  // namespace klay::internal

#endif
