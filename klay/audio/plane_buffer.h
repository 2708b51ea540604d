// PlaneBuffer: planar memory for the blocks that one step hands to the next. It only grows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace klay::internal {

class PlaneBuffer {
 public:
  // Room for so many frames of each channel. What was there is lost.
  void Resize(int channels, std::int64_t frames) {
    if (static_cast<int>(planes_.size()) == channels && frames <= capacity_) return;
    capacity_ = std::max(frames, capacity_);
    const auto plane = static_cast<std::size_t>(capacity_);
    samples_.resize(static_cast<std::size_t>(channels) * plane);
    planes_.resize(static_cast<std::size_t>(channels));
    for (std::size_t c = 0; c < planes_.size(); ++c) planes_[c] = samples_.data() + c * plane;
  }

  float* const* planes() const { return planes_.data(); }

 private:
  std::vector<float> samples_;
  std::vector<float*> planes_;
  std::int64_t capacity_ = 0;
};

}  // namespace klay::internal
