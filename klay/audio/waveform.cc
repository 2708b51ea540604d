#include "klay/audio/waveform.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "klay/audio/audio_error.h"

namespace klay {
namespace {

// Strides are multiples of 16 floats, so that every channel starts on a cache line.
std::int64_t StrideFor(int channels, std::int64_t frames) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 64;
  if (channels < 0 || frames < 0 || (channels > 0 && frames > kMost / channels)) {
    throw AudioError("a signal of " + std::to_string(channels) + " channels and " + std::to_string(frames)
                     + " frames cannot be held in memory");
  }
  return (frames + 15) / 16 * 16;
}

internal::SampleMemory Allocate(int channels, std::int64_t stride) {
  return internal::AllocateSamples(static_cast<std::size_t>(channels) * static_cast<std::size_t>(stride));
}

}  // namespace

Waveform::Waveform(int channels, std::int64_t frames, int sample_rate)
    : channels_(channels), sample_rate_(sample_rate), frames_(frames), stride_(StrideFor(channels, frames)) {
  data_ = Allocate(channels_, stride_);
}

Waveform::Waveform(Waveform&& other) noexcept
    : data_(std::move(other.data_)),
      channels_(std::exchange(other.channels_, 0)),
      sample_rate_(std::exchange(other.sample_rate_, 0)),
      frames_(std::exchange(other.frames_, 0)),
      stride_(std::exchange(other.stride_, 0)) {}

Waveform& Waveform::operator=(Waveform&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(channels_, other.channels_);
  std::swap(sample_rate_, other.sample_rate_);
  std::swap(frames_, other.frames_);
  std::swap(stride_, other.stride_);
  return *this;
}

Waveform Waveform::Clone() const {
  Waveform copy(channels_, frames_, sample_rate_);
  for (int c = 0; c < channels_; ++c) std::ranges::copy(channel(c), copy.channel(c).begin());
  return copy;
}

void Waveform::Resize(std::int64_t frames) {
  if (frames > stride_) {
    Waveform larger(channels_, frames, sample_rate_);
    for (int c = 0; c < channels_; ++c) std::ranges::copy(channel(c), larger.channel(c).begin());
    *this = std::move(larger);
  }
  frames_ = frames;
}

std::vector<float*> PlanesOf(Waveform& waveform) {
  std::vector<float*> planes;
  planes.reserve(static_cast<std::size_t>(waveform.channels()));
  for (int c = 0; c < waveform.channels(); ++c) planes.push_back(waveform.channel(c).data());
  return planes;
}

std::vector<const float*> PlanesOf(const Waveform& waveform) {
  std::vector<const float*> planes;
  planes.reserve(static_cast<std::size_t>(waveform.channels()));
  for (int c = 0; c < waveform.channels(); ++c) planes.push_back(waveform.channel(c).data());
  return planes;
}

}  // namespace klay
