// BlockReader: where decoded samples come from, whatever decodes them. One implementation reads PCM by itself, the
// other runs an FFmpeg decoder.
//
// An implementation fills in DecodeReport::info in its constructor and counts what it delivers in DecodeReport::frames.
// What it skips is counted by its caller.
#pragma once

#include <cstdint>

namespace klay::internal {

class BlockReader {
 public:
  virtual ~BlockReader() = default;

  // Writes up to `capacity` frames (at least one unless the signal has ended) of channel c to planes[c]. Returns how
  // many; 0 at the end.
  virtual std::int64_t Read(float* const* planes, std::int64_t capacity) = 0;

  // Moves on by up to `frames` frames, as far as that needs no decoding and what comes then is, to the bit, what would
  // have come anyway. Returns how many; 0 says nothing of the signal's end.
  virtual std::int64_t Skip(std::int64_t frames) = 0;
};

}  // namespace klay::internal
