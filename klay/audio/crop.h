// Which part of a signal to keep, and keeping it, block by block.
//
// A random place is a function of the key and the seed alone, so that a rerun, another machine or another number of
// threads crops alike. With the 64-bit functions of beam/base/hash.h, whose arithmetic is modulo 2^64,
//   place = MixBits(HashBytes(key) ^ MixBits(seed)),   first frame = floor(place * (frames - length + 1) / 2^64).
//
// The functions are thread-safe; a Cropper belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "klay/audio/audio_error.h"
#include "klay/audio/waveform.h"

namespace klay {

struct FrameRange {
  std::int64_t begin = 0;
  std::int64_t length = 0;

  std::int64_t end() const { return begin + length; }
  bool operator==(const FrameRange&) const = default;
};

// floor(seconds * sample_rate), as the original counts. Throws AudioError for seconds below zero, not finite, or beyond
// what can be counted.
std::int64_t FramesIn(double seconds, int sample_rate);

// The first `length` frames of a signal that is longer than that, and all of any other: also the limit for what is
// longer than some duration.
FrameRange CropStart(std::int64_t frames, std::int64_t length);

// `length` frames from a random place, every place as likely as another. Nothing if the signal is not longer than
// `length` (strictly, as in the original: such files give no crop).
std::optional<FrameRange> CropRandom(std::int64_t frames, std::int64_t length, std::string_view key,
                                     std::uint64_t seed = 0);

// Picks the frames of a range out of blocks that follow each other.
class Cropper {
 public:
  explicit Cropper(FrameRange range) : range_(range) {}

  // The part of the next block of `frames` frames that is in the range, counted from the block's first frame.
  FrameRange Next(std::int64_t frames);

  // No later block can have a part in the range.
  bool done() const { return position_ >= range_.end(); }

 private:
  FrameRange range_;
  std::int64_t position_ = 0;
};

// Copies a part that lies within the signal.
Waveform Crop(const Waveform& signal, FrameRange range);
// The same, without a second signal where the part is most of it, and without keeping the memory of the rest otherwise.
Waveform Crop(Waveform&& signal, FrameRange range);

}  // namespace klay
