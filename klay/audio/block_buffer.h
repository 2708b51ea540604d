// BlockBuffer: blocks of any length into blocks of the length that an encoder wants, so that what it makes does not
// depend on how the signal was cut.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace klay::internal {

enum class Cleaning {
  kNone,
  // What the lossy encoders can work with: NaN becomes 0, and nothing is beyond 18 dB above full scale (8.0). Some of
  // them never return from infinities.
  kForLossy,
};

class BlockBuffer {
 public:
  BlockBuffer(int channels, std::int64_t block, Cleaning cleaning)
      : block_(block), cleaning_(cleaning), samples_(static_cast<std::size_t>(channels * block)) {
    for (int c = 0; c < channels; ++c) planes_.push_back(samples_.data() + c * block);
  }
  BlockBuffer(const BlockBuffer&) = delete;
  BlockBuffer& operator=(const BlockBuffer&) = delete;

  // Calls `full(planes)` for each block that is full.
  template <class Full>
  void Write(const float* const* in, std::int64_t frames, const Full& full) {
    for (std::int64_t done = 0; done < frames;) {
      const std::int64_t part = std::min(frames - done, block_ - filled_);
      for (std::size_t c = 0; c < planes_.size(); ++c) Copy(in[c] + done, part, planes_[c] + filled_);
      filled_ += part;
      done += part;
      if (filled_ < block_) continue;
      filled_ = 0;
      full(planes_.data());
    }
  }

  // What is left, `filled()` frames of it; the rest of the block becomes silence.
  float* const* Rest() {
    for (float* plane : planes_) std::fill(plane + filled_, plane + block_, 0.0F);
    return planes_.data();
  }
  std::int64_t filled() const { return filled_; }

 private:
  void Copy(const float* __restrict in, std::int64_t count, float* __restrict out) const {
    if (cleaning_ == Cleaning::kNone) {
      std::memcpy(out, in, static_cast<std::size_t>(count) * sizeof(float));
      return;
    }
    constexpr float kMost = 8.0F;
    for (std::int64_t i = 0; i < count; ++i) {
      float x = in[i] == in[i] ? in[i] : 0.0F;
      x = x < kMost ? x : kMost;
      out[i] = x > -kMost ? x : -kMost;
    }
  }

  std::int64_t block_;
  Cleaning cleaning_;
  std::vector<float> samples_;
  std::vector<float*> planes_;
  std::int64_t filled_ = 0;
};

}  // namespace klay::internal
