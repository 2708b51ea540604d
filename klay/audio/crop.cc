#include "klay/audio/crop.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>

#include "beam/base/hash.h"

namespace klay {

std::int64_t FramesIn(double seconds, int sample_rate) {
  const double frames = std::floor(seconds * sample_rate);
  constexpr double kMost = 9007199254740992.0;  // 2^53: beyond it doubles skip frames
  if (!(seconds >= 0 && frames <= kMost)) {
    throw AudioError("a duration of " + std::to_string(seconds)
                     + " s is not possible: it must be 0 or more, and finite");
  }
  return static_cast<std::int64_t>(frames);
}

FrameRange CropStart(std::int64_t frames, std::int64_t length) { return {0, std::min(frames, length)}; }

std::optional<FrameRange> CropRandom(std::int64_t frames, std::int64_t length, std::string_view key,
                                     std::uint64_t seed) {
  if (frames <= length) return std::nullopt;
  const std::uint64_t place = beam::MixBits(beam::HashBytes(key) ^ beam::MixBits(seed));
  const auto places = static_cast<std::uint64_t>(frames - length) + 1;
  // The upper 64 bits of the product, by halves: standard C++ has no 128-bit integers.
  const std::uint64_t low = (place & 0xFFFFFFFF) * (places & 0xFFFFFFFF);
  const std::uint64_t cross = (place >> 32) * (places & 0xFFFFFFFF) + (low >> 32);
  const std::uint64_t other = (place & 0xFFFFFFFF) * (places >> 32) + (cross & 0xFFFFFFFF);
  const std::uint64_t begin = (place >> 32) * (places >> 32) + (cross >> 32) + (other >> 32);
  return FrameRange{static_cast<std::int64_t>(begin), length};
}

FrameRange Cropper::Next(std::int64_t frames) {
  const std::int64_t begin = std::clamp(range_.begin - position_, std::int64_t{0}, frames);
  const std::int64_t end = std::clamp(range_.end() - position_, begin, frames);
  position_ += frames;
  return {begin, end - begin};
}

Waveform Crop(const Waveform& signal, FrameRange range) {
  assert(range.begin >= 0 && range.length >= 0 && range.end() <= signal.frames());
  Waveform part(signal.channels(), range.length, signal.sample_rate());
  for (int c = 0; c < signal.channels(); ++c) {
    std::copy_n(signal.channel(c).data() + range.begin, range.length, part.channel(c).data());
  }
  return part;
}

Waveform Crop(Waveform&& signal, FrameRange range) {
  assert(range.begin >= 0 && range.length >= 0 && range.end() <= signal.frames());
  if (range.length < signal.frames() / 2) return Crop(std::as_const(signal), range);
  for (int c = 0; c < signal.channels() && range.begin > 0; ++c) {
    float* const samples = signal.channel(c).data();
    std::copy_n(samples + range.begin, range.length, samples);
  }
  signal.Resize(range.length);
  return std::move(signal);
}

}  // namespace klay
