// Samples of any format into planar float, scaled as FFmpeg's resampling library does (so that the results are equal
// bit for bit): signed integers of b bits times 2^-(b-1), unsigned 8 bit less 128 times 2^-7, doubles rounded.
#pragma once

#include <cstddef>
#include <cstdint>

namespace klay::internal {

enum class SampleFormat { kU8, kS16, kS24, kS32, kS64, kF32, kF64 };  // little-endian; kS24 is three bytes a sample

std::size_t BytesPerSample(SampleFormat format);

// Reads `frames` frames of `channels` interleaved samples at `in` (any alignment) and writes channel c to out[c].
void ConvertInterleaved(SampleFormat format, const void* in, int channels, std::int64_t frames, float* const* out);

}  // namespace klay::internal
