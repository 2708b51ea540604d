// SignalChain: what happens to a signal between its decoder and its encoder, block by block: mixing, then resampling,
// or the other way round where there are fewer channels to resample before. Planar 32-bit float.
//
//   klay::SignalChain chain(2, 44100, 1, 16000, klay::ResamplerMethod::kSincHann, kBlock);
//   while (frames = decoder.Read(chain.input(), kBlock)) chain.Process(0, frames, write);
//   chain.Flush(write);
//
// Not thread-safe. `write(planes, frames)` is called with at least one frame; the planes are good for that call.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "klay/audio/convert_channels.h"
#include "klay/audio/plane_buffer.h"
#include "klay/audio/resampler.h"

namespace klay {

class SignalChain {
 public:
  using Write = std::function<void(const float* const* planes, std::int64_t frames)>;

  // For blocks of at most `block_frames` frames. Throws AudioError for channels and rates that cannot be converted.
  SignalChain(int source_channels, int source_rate, int target_channels, int target_rate, ResamplerMethod method,
              std::int64_t block_frames);

  int target_channels() const { return target_channels_; }
  int target_rate() const { return target_rate_; }
  // What a whole signal of so many frames becomes.
  std::int64_t OutputFrames(std::int64_t frames) const { return resampler_.OutputFrames(frames); }

  // Where the next block is put: of each source channel block_frames frames.
  float* const* input() { return input_.planes(); }

  // Takes the frames [begin, begin + frames) of the block.
  void Process(std::int64_t begin, std::int64_t frames, const Write& write);

  // Ends the signal.
  void Flush(const Write& write);

 private:
  const float* const* Mix(const float* const* planes, std::int64_t frames);

  int target_channels_;
  int target_rate_;
  bool mixes_first_;
  std::optional<ChannelMixer> mixer_;  // nothing where the number of channels stays
  Resampler resampler_;
  internal::PlaneBuffer input_;
  internal::PlaneBuffer mixed_;
  internal::PlaneBuffer resampled_;
  std::vector<const float*> block_;  // where the block's part begins
};

}  // namespace klay
