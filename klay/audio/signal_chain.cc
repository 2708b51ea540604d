#include "klay/audio/signal_chain.h"

namespace klay {

SignalChain::SignalChain(int source_channels, int source_rate, int target_channels, int target_rate,
                         ResamplerMethod method, std::int64_t block_frames)
    : target_channels_(target_channels),
      target_rate_(target_rate),
      mixes_first_(target_channels <= source_channels),
      resampler_(source_rate, target_rate, mixes_first_ ? target_channels : source_channels, {.method = method}),
      block_(static_cast<std::size_t>(source_channels)) {
  if (target_channels != source_channels) mixer_.emplace(source_channels, target_channels);
  input_.Resize(source_channels, block_frames);
}

const float* const* SignalChain::Mix(const float* const* planes, std::int64_t frames) {
  if (!mixer_) return planes;
  mixed_.Resize(target_channels_, frames);
  mixer_->Process(planes, frames, mixed_.planes());
  return mixed_.planes();
}

void SignalChain::Process(std::int64_t begin, std::int64_t frames, const Write& write) {
  for (std::size_t c = 0; c < block_.size(); ++c) block_[c] = input_.planes()[c] + begin;
  const float* const* planes = block_.data();
  if (mixes_first_) planes = Mix(planes, frames);
  if (resampler_.source_rate() != resampler_.target_rate()) {
    resampled_.Resize(resampler_.channels(), resampler_.MostFrames(frames));
    frames = resampler_.Process(planes, frames, resampled_.planes());
    planes = resampled_.planes();
  }
  if (!mixes_first_) planes = Mix(planes, frames);
  if (frames > 0) write(planes, frames);
}

void SignalChain::Flush(const Write& write) {
  if (resampler_.source_rate() == resampler_.target_rate()) return;
  resampled_.Resize(resampler_.channels(), resampler_.MostFrames(0));
  const std::int64_t frames = resampler_.Flush(resampled_.planes());
  const float* const* planes = resampled_.planes();
  if (!mixes_first_) planes = Mix(planes, frames);
  if (frames > 0) write(planes, frames);
}

}  // namespace klay
