#include "klay/audio/sample_convert.h"

#include <algorithm>
#include <cstring>

namespace klay::internal {
namespace {

template <class Value>
Value LoadAs(const std::uint8_t* in) {
  Value value;
  std::memcpy(&value, in, sizeof value);
  return value;
}

struct U8 {
  static constexpr std::size_t kBytes = 1;
  static float Load(const std::uint8_t* in) { return static_cast<float>(*in - 128) * (1.0F / 128); }
};
struct S16 {
  static constexpr std::size_t kBytes = 2;
  static float Load(const std::uint8_t* in) { return static_cast<float>(LoadAs<std::int16_t>(in)) * (1.0F / 32768); }
};
struct S24 {
  static constexpr std::size_t kBytes = 3;
  static float Load(const std::uint8_t* in) {
    const std::uint32_t bits = std::uint32_t{in[0]} << 8 | std::uint32_t{in[1]} << 16 | std::uint32_t{in[2]} << 24;
    return static_cast<float>(static_cast<std::int32_t>(bits)) * (1.0F / 2147483648.0F);
  }
};
struct S32 {
  static constexpr std::size_t kBytes = 4;
  static float Load(const std::uint8_t* in) {
    return static_cast<float>(LoadAs<std::int32_t>(in)) * (1.0F / 2147483648.0F);
  }
};
struct S64 {
  static constexpr std::size_t kBytes = 8;
  static float Load(const std::uint8_t* in) {
    return static_cast<float>(LoadAs<std::int64_t>(in)) * (1.0F / 9223372036854775808.0F);
  }
};
struct F32 {
  static constexpr std::size_t kBytes = 4;
  static float Load(const std::uint8_t* in) { return LoadAs<float>(in); }
};
struct F64 {
  static constexpr std::size_t kBytes = 8;
  static float Load(const std::uint8_t* in) { return static_cast<float>(LoadAs<double>(in)); }
};

// One and two channels are written out because compilers vectorise a constant stride and not a variable one.
template <class Format>
void Convert(const std::uint8_t* in, int channels, std::int64_t frames, float* const* out) {
  constexpr std::size_t kBytes = Format::kBytes;
  if (channels == 1) {
    float* __restrict mono = out[0];
    for (std::int64_t i = 0; i < frames; ++i) mono[i] = Format::Load(in + static_cast<std::size_t>(i) * kBytes);
    return;
  }
  if (channels == 2) {
    float* __restrict left = out[0];
    float* __restrict right = out[1];
    for (std::int64_t i = 0; i < frames; ++i) {
      left[i] = Format::Load(in + static_cast<std::size_t>(i) * 2 * kBytes);
      right[i] = Format::Load(in + static_cast<std::size_t>(i) * 2 * kBytes + kBytes);
    }
    return;
  }
  // Many channels: a tile at a time, so that the input stays in the cache while each channel walks over it.
  constexpr std::int64_t kTile = 256;
  const std::size_t frame_bytes = static_cast<std::size_t>(channels) * kBytes;
  for (std::int64_t begin = 0; begin < frames; begin += kTile) {
    const std::int64_t end = std::min(frames, begin + kTile);
    for (int c = 0; c < channels; ++c) {
      const std::uint8_t* sample =
          in + static_cast<std::size_t>(begin) * frame_bytes + static_cast<std::size_t>(c) * kBytes;
      for (std::int64_t i = begin; i < end; ++i, sample += frame_bytes) out[c][i] = Format::Load(sample);
    }
  }
}

}  // namespace

std::size_t BytesPerSample(SampleFormat format) {
  switch (format) {
    case SampleFormat::kU8: return 1;
    case SampleFormat::kS16: return 2;
    case SampleFormat::kS24: return 3;
    case SampleFormat::kS32:
    case SampleFormat::kF32: return 4;
    case SampleFormat::kS64:
    case SampleFormat::kF64: return 8;
  }
  return 0;
}

void ConvertInterleaved(SampleFormat format, const void* in, int channels, std::int64_t frames, float* const* out) {
  const auto* bytes = static_cast<const std::uint8_t*>(in);
  switch (format) {
    case SampleFormat::kU8: return Convert<U8>(bytes, channels, frames, out);
    case SampleFormat::kS16: return Convert<S16>(bytes, channels, frames, out);
    case SampleFormat::kS24: return Convert<S24>(bytes, channels, frames, out);
    case SampleFormat::kS32: return Convert<S32>(bytes, channels, frames, out);
    case SampleFormat::kS64: return Convert<S64>(bytes, channels, frames, out);
    case SampleFormat::kF32: return Convert<F32>(bytes, channels, frames, out);
    case SampleFormat::kF64: return Convert<F64>(bytes, channels, frames, out);
  }
}

}  // namespace klay::internal
