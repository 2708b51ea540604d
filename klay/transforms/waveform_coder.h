// How a Waveform travels between steps: varint channels, frames and sample rate, then each channel's samples as
// little-endian 32-bit floats (IEEE 754), channel after channel. Samples are copied, never converted.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

#include "beam/coder/coder.h"
#include "klay/audio/waveform.h"

namespace beam {

template <>
struct Coder<klay::Waveform> {
  static_assert(std::endian::native == std::endian::little, "samples are copied as they lie in memory");

  static void Encode(const klay::Waveform& waveform, Writer& out, Context = Context::kNested) {
    out.VarInt(static_cast<std::uint64_t>(waveform.channels()));
    out.VarInt(static_cast<std::uint64_t>(waveform.frames()));
    out.VarInt(static_cast<std::uint64_t>(waveform.sample_rate()));
    for (int c = 0; c < waveform.channels(); ++c) out.Raw(waveform.channel(c).data(), ChannelBytes(waveform.frames()));
  }

  static klay::Waveform Decode(Reader& in, Context = Context::kNested) {
    const std::uint64_t channels = in.VarInt();
    const std::uint64_t frames = in.VarInt();
    const std::uint64_t sample_rate = in.VarInt();
    constexpr std::uint64_t kMostInt = std::numeric_limits<int>::max();
    // Checked before anything is allocated: the bytes are there, or the numbers are wrong.
    if (channels > kMostInt || sample_rate > kMostInt
        || (channels > 0 && frames > in.remaining() / sizeof(float) / channels)) {
      throw Error("malformed bytes: a waveform of " + std::to_string(channels) + " channels and "
                  + std::to_string(frames) + " frames in " + std::to_string(in.remaining()) + " bytes");
    }
    if (channels == 0) return {};
    klay::Waveform waveform(static_cast<int>(channels), static_cast<std::int64_t>(frames),
                            static_cast<int>(sample_rate));
    if (frames == 0) return waveform;
    for (int c = 0; c < waveform.channels(); ++c) {
      const std::string_view bytes = in.Raw(ChannelBytes(waveform.frames()));
      std::memcpy(waveform.channel(c).data(), bytes.data(), bytes.size());
    }
    return waveform;
  }

  static std::size_t ByteSize(const klay::Waveform& waveform) {
    return VarIntSize(static_cast<std::uint64_t>(waveform.frames())) + 6
        + static_cast<std::size_t>(waveform.channels()) * ChannelBytes(waveform.frames());
  }

  static CoderSpec Spec() { return CustomCoderSpec<klay::Waveform>(); }

 private:
  static std::size_t ChannelBytes(std::int64_t frames) { return static_cast<std::size_t>(frames) * sizeof(float); }
};

}  // namespace beam
