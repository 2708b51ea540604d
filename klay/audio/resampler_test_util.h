// What the tests of the resampler share: noise, and signals given to a Resampler whole or in blocks.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "klay/audio/resampler.h"

namespace klay {

using Signal = std::vector<float>;

inline Signal Noise(std::size_t frames, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> level(-1, 1);
  Signal signal(frames);
  for (float& sample : signal) sample = level(random);
  return signal;
}

// Takes blocks of lengths that `next_length` chooses.
template <class NextLength>
Signal Streamed(Resampler& resampler, const Signal& signal, NextLength next_length) {
  Signal result;
  std::size_t used = 0;
  const auto receive = [&](std::int64_t most, auto write) {
    const std::size_t before = result.size();
    result.resize(before + static_cast<std::size_t>(most));
    float* planes[] = {result.data() + before};
    const std::int64_t wrote = write(planes);
    EXPECT_LE(wrote, most);
    result.resize(before + static_cast<std::size_t>(wrote));
  };
  while (used < signal.size()) {
    const std::size_t length = std::min(next_length(), signal.size() - used);
    const float* planes[] = {signal.data() + used};
    const auto frames = static_cast<std::int64_t>(length);
    receive(resampler.MostFrames(frames), [&](float** to) { return resampler.Process(planes, frames, to); });
    used += length;
  }
  receive(resampler.MostFrames(0), [&](float** to) { return resampler.Flush(to); });
  return result;
}

inline Signal Whole(Resampler& resampler, const Signal& signal) {
  return Streamed(resampler, signal, [&] { return signal.size(); });
}

inline Signal Resampled(const Signal& signal, int source, int target, const ResamplerOptions& options = {}) {
  Resampler resampler(source, target, 1, options);
  return Whole(resampler, signal);
}

}  // namespace klay
