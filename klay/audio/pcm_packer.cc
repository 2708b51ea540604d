#include "klay/audio/pcm_packer.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace klay::internal {
namespace {

// Small enough for the first-level cache with some channels.
constexpr std::int64_t kTile = 512;

int BitsOf(BitDepth depth) {
  switch (depth) {
    case BitDepth::kInt8: return 8;
    case BitDepth::kInt16: return 16;
    case BitDepth::kInt24: return 24;
    default: return 32;
  }
}

template <bool kSwap, class Value>
Value Ordered(Value x) {
  if constexpr (!kSwap) return x;
  if constexpr (sizeof x == 2) return __builtin_bswap16(x);
  if constexpr (sizeof x == 4) return __builtin_bswap32(x);
  if constexpr (sizeof x == 8) return __builtin_bswap64(x);
  return x;
}

template <class Value>
void Store(std::uint8_t* out, Value value) {
  std::memcpy(out, &value, sizeof value);
}

// Writes what `load(channel, frame)` gives, for each frame and channel. One and two channels are written out because
// compilers vectorise a constant stride and not a variable one.
template <class Load>
void Interleave(int channels, std::int64_t frames, std::uint8_t* __restrict out, const Load& load) {
  constexpr std::size_t kBytes = sizeof(load(0, 0));
  if (channels == 1) {
    for (std::int64_t i = 0; i < frames; ++i) Store(out + static_cast<std::size_t>(i) * kBytes, load(0, i));
    return;
  }
  if (channels == 2) {
    for (std::int64_t i = 0; i < frames; ++i) {
      Store(out + static_cast<std::size_t>(i) * 2 * kBytes, load(0, i));
      Store(out + static_cast<std::size_t>(i) * 2 * kBytes + kBytes, load(1, i));
    }
    return;
  }
  const std::size_t stride = static_cast<std::size_t>(channels) * kBytes;
  for (int c = 0; c < channels; ++c) {
    std::uint8_t* sample = out + static_cast<std::size_t>(c) * kBytes;
    for (std::int64_t i = 0; i < frames; ++i, sample += stride) Store(sample, load(c, i));
  }
}

struct ThreeBytes {
  std::uint8_t bytes[3];
};

template <bool kSwap>
void PackIntegers(BitDepth depth, bool unsigned_bytes, const std::int32_t* in, int channels, std::int64_t frames,
                  std::uint8_t* out) {
  const std::int32_t* right = in + kTile;
  const auto at = [&](int c, std::int64_t i) { return c == 0 ? in[i] : c == 1 ? right[i] : in[c * kTile + i]; };
  switch (depth) {
    case BitDepth::kInt8: {
      const int offset = unsigned_bytes ? 128 : 0;
      return Interleave(channels, frames, out,
                        [&](int c, std::int64_t i) { return static_cast<std::uint8_t>(at(c, i) + offset); });
    }
    case BitDepth::kInt16:
      return Interleave(channels, frames, out,
                        [&](int c, std::int64_t i) { return Ordered<kSwap>(static_cast<std::uint16_t>(at(c, i))); });
    case BitDepth::kInt24:
      return Interleave(channels, frames, out, [&](int c, std::int64_t i) {
        const auto bits = static_cast<std::uint32_t>(at(c, i));
        const auto byte = [&](int index) { return static_cast<std::uint8_t>(bits >> (8 * index)); };
        constexpr bool kBig = kSwap == (std::endian::native == std::endian::little);
        return kBig ? ThreeBytes{{byte(2), byte(1), byte(0)}} : ThreeBytes{{byte(0), byte(1), byte(2)}};
      });
    default:
      return Interleave(channels, frames, out,
                        [&](int c, std::int64_t i) { return Ordered<kSwap>(static_cast<std::uint32_t>(at(c, i))); });
  }
}

template <bool kSwap>
void PackFloats(BitDepth depth, const float* const* planes, std::int64_t first, int channels, std::int64_t frames,
                std::uint8_t* out) {
  const float* left = planes[0] + first;
  const float* right = planes[channels > 1 ? 1 : 0] + first;
  const auto at = [&](int c, std::int64_t i) { return c == 0 ? left[i] : c == 1 ? right[i] : planes[c][first + i]; };
  if (depth == BitDepth::kFloat32) {
    return Interleave(channels, frames, out,
                      [&](int c, std::int64_t i) { return Ordered<kSwap>(std::bit_cast<std::uint32_t>(at(c, i))); });
  }
  Interleave(channels, frames, out, [&](int c, std::int64_t i) {
    return Ordered<kSwap>(std::bit_cast<std::uint64_t>(static_cast<double>(at(c, i))));
  });
}

}  // namespace

PcmPacker::PcmPacker(BitDepth depth, ByteOrder order, bool unsigned_bytes, int channels, const EncodeOptions& options)
    : depth_(depth),
      swap_((order == ByteOrder::kBig) == (std::endian::native == std::endian::little)),
      unsigned_bytes_(unsigned_bytes),
      channels_(channels),
      frame_bytes_(static_cast<std::size_t>(channels) * static_cast<std::size_t>(BytesPerSample(depth))),
      quantiser_(BitsOf(depth), options.quantisation, options.dither, options.seed) {
  if (depth != BitDepth::kFloat32 && depth != BitDepth::kFloat64) {
    integers_.resize(static_cast<std::size_t>(channels * kTile));
  }
}

void PcmPacker::Pack(const float* const* planes, std::int64_t first, std::int64_t frames, std::uint8_t* out) {
  for (std::int64_t done = 0; done < frames; done += kTile) {
    PackTile(planes, first + done, std::min(kTile, frames - done), out + static_cast<std::size_t>(done) * frame_bytes_);
  }
}

void PcmPacker::PackTile(const float* const* planes, std::int64_t first, std::int64_t frames, std::uint8_t* out) {
  if (integers_.empty()) {
    const auto pack = swap_ ? &PackFloats<true> : &PackFloats<false>;
    return pack(depth_, planes, first, channels_, frames, out);
  }
  for (int c = 0; c < channels_; ++c) {
    quantiser_.Quantise(planes[c] + first, c, position_, frames, integers_.data() + c * kTile);
  }
  position_ += frames;
  const auto pack = swap_ ? &PackIntegers<true> : &PackIntegers<false>;
  pack(depth_, unsigned_bytes_, integers_.data(), channels_, frames, out);
}

}  // namespace klay::internal
