// Waveform: a decoded signal, planar 32-bit float, full scale at 1.0 (lossy formats may go beyond; nothing is clipped).
//
// Memory: one block. Channel c starts at data() + c * stride(), and frames() <= stride(): the rest of a channel's
// stride is room to grow, and uninitialised. Cheap to move; a copy is only ever made by Clone(). Thread-compatible.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "klay/audio/sample_memory.h"

namespace klay {

class Waveform {
 public:
  Waveform() = default;
  // The samples are uninitialised. Throws std::bad_alloc, and AudioError for a size that cannot be addressed.
  Waveform(int channels, std::int64_t frames, int sample_rate);

  Waveform(Waveform&& other) noexcept;
  Waveform& operator=(Waveform&& other) noexcept;
  Waveform(const Waveform&) = delete;
  Waveform& operator=(const Waveform&) = delete;

  Waveform Clone() const;

  int channels() const { return channels_; }
  std::int64_t frames() const { return frames_; }   // samples in each channel
  int sample_rate() const { return sample_rate_; }  // in Hz; 0 only in a default-constructed Waveform
  double seconds() const { return sample_rate_ == 0 ? 0 : static_cast<double>(frames_) / sample_rate_; }

  std::span<float> channel(int index) {
    assert(index >= 0 && index < channels_);
    return {data_.get() + static_cast<std::size_t>(index) * static_cast<std::size_t>(stride_),
            static_cast<std::size_t>(frames_)};
  }
  std::span<const float> channel(int index) const { return const_cast<Waveform*>(this)->channel(index); }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::int64_t stride() const { return stride_; }  // in floats

  // Changes the length; samples that were there stay, new ones are uninitialised. Within stride() this costs nothing,
  // beyond it everything is moved to a new block.
  void Resize(std::int64_t frames);

 private:
  internal::SampleMemory data_;
  int channels_ = 0;
  int sample_rate_ = 0;
  std::int64_t frames_ = 0;
  std::int64_t stride_ = 0;
};

// Where each channel begins, as everything that works in blocks takes it.
std::vector<float*> PlanesOf(Waveform& waveform);
std::vector<const float*> PlanesOf(const Waveform& waveform);

}  // namespace klay
