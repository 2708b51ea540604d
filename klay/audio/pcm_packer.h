// PcmPacker: planar float to the interleaved bytes of a PCM file, at about the speed of memory.
//
// Not thread-safe: it counts the frames that have passed, for the dither.
#pragma once

#include <cstdint>
#include <vector>

#include "klay/audio/encode_options.h"
#include "klay/audio/quantiser.h"

namespace klay::internal {

enum class ByteOrder { kLittle, kBig };

class PcmPacker {
 public:
  // `unsigned_bytes`: 8-bit samples are stored with 128 for silence, as WAV has them.
  PcmPacker(BitDepth depth, ByteOrder order, bool unsigned_bytes, int channels, const EncodeOptions& options);

  std::size_t frame_bytes() const { return frame_bytes_; }

  // Packs frames [first, first + frames) of the planes into frames * frame_bytes() bytes at `out`.
  void Pack(const float* const* planes, std::int64_t first, std::int64_t frames, std::uint8_t* out);

 private:
  void PackTile(const float* const* planes, std::int64_t first, std::int64_t frames, std::uint8_t* out);

  BitDepth depth_;
  bool swap_;
  bool unsigned_bytes_;
  int channels_;
  std::size_t frame_bytes_;
  Quantiser quantiser_;
  std::int64_t position_ = 0;
  std::vector<std::int32_t> integers_;  // a tile, channel after channel
};

}  // namespace klay::internal
