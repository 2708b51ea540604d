// A member of the Simd structs of the x86 files: eight rows of eight floats into columns.
//
// to[i * stride + k] = from[k][offset + i].
KLAY_SIMD void Transpose(const float* const (&from)[8], std::int64_t offset, float* to, std::int64_t stride) {
  const __m256 r0 = _mm256_loadu_ps(from[0] + offset);
  const __m256 r1 = _mm256_loadu_ps(from[1] + offset);
  const __m256 r2 = _mm256_loadu_ps(from[2] + offset);
  const __m256 r3 = _mm256_loadu_ps(from[3] + offset);
  const __m256 r4 = _mm256_loadu_ps(from[4] + offset);
  const __m256 r5 = _mm256_loadu_ps(from[5] + offset);
  const __m256 r6 = _mm256_loadu_ps(from[6] + offset);
  const __m256 r7 = _mm256_loadu_ps(from[7] + offset);
  const __m256 a0 = _mm256_unpacklo_ps(r0, r1);
  const __m256 a1 = _mm256_unpackhi_ps(r0, r1);
  const __m256 a2 = _mm256_unpacklo_ps(r2, r3);
  const __m256 a3 = _mm256_unpackhi_ps(r2, r3);
  const __m256 a4 = _mm256_unpacklo_ps(r4, r5);
  const __m256 a5 = _mm256_unpackhi_ps(r4, r5);
  const __m256 a6 = _mm256_unpacklo_ps(r6, r7);
  const __m256 a7 = _mm256_unpackhi_ps(r6, r7);
  const __m256 b0 = _mm256_shuffle_ps(a0, a2, 0x44);
  const __m256 b1 = _mm256_shuffle_ps(a0, a2, 0xEE);
  const __m256 b2 = _mm256_shuffle_ps(a1, a3, 0x44);
  const __m256 b3 = _mm256_shuffle_ps(a1, a3, 0xEE);
  const __m256 b4 = _mm256_shuffle_ps(a4, a6, 0x44);
  const __m256 b5 = _mm256_shuffle_ps(a4, a6, 0xEE);
  const __m256 b6 = _mm256_shuffle_ps(a5, a7, 0x44);
  const __m256 b7 = _mm256_shuffle_ps(a5, a7, 0xEE);
  _mm256_storeu_ps(to, _mm256_permute2f128_ps(b0, b4, 0x20));
  _mm256_storeu_ps(to + stride, _mm256_permute2f128_ps(b1, b5, 0x20));
  _mm256_storeu_ps(to + 2 * stride, _mm256_permute2f128_ps(b2, b6, 0x20));
  _mm256_storeu_ps(to + 3 * stride, _mm256_permute2f128_ps(b3, b7, 0x20));
  _mm256_storeu_ps(to + 4 * stride, _mm256_permute2f128_ps(b0, b4, 0x31));
  _mm256_storeu_ps(to + 5 * stride, _mm256_permute2f128_ps(b1, b5, 0x31));
  _mm256_storeu_ps(to + 6 * stride, _mm256_permute2f128_ps(b2, b6, 0x31));
  _mm256_storeu_ps(to + 7 * stride, _mm256_permute2f128_ps(b3, b7, 0x31));
}
