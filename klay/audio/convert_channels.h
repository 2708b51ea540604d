// ChannelMixer: another number of channels, block by block, planar 32-bit float.
//
//   klay::ChannelMixer mono(decoder.info().channels, 1);
//   mono.Process(in, frames, out);
//
// Every output channel is a sum of input channels times constant gains. Gains come from one of two rules, or from two
// layouts by name:
//   kMean    what the original did: all channels' mean for mono, mono repeated for any number, the same number
//            unchanged. What it left undone, such as stereo to 5.1, follows kLayout.
//   kLayout  FFmpeg's matrices between the usual layouts of those numbers (2: FL FR; 6: FL FR FC LFE BL BR; ...):
//   centre
//            and surround channels go to their neighbours at -3 dB, the LFE is dropped, and all gains are scaled down
//            together where a full-scale signal could clip. A speaker without a source stays silent.
//
// Immutable once made; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "klay/audio/audio_error.h"
#include "klay/audio/waveform.h"

namespace klay {

enum class ChannelRule { kMean, kLayout };

class ChannelMixer {
 public:
  // Throws AudioError for less than one channel and more than 255, and where a layout is needed and the number has no
  // usual one.
  ChannelMixer(int source_channels, int target_channels, ChannelRule rule = ChannelRule::kMean);

  // Layouts by FFmpeg's names, such as "mono", "stereo", "5.1(side)", "FL+FR+LFE". Throws AudioError for a name that
  // FFmpeg does not know.
  static ChannelMixer BetweenLayouts(const std::string& source, const std::string& target);

  int source_channels() const { return source_channels_; }
  int target_channels() const { return target_channels_; }
  float gain(int target, int source) const {
    return gains_[static_cast<std::size_t>(target) * static_cast<std::size_t>(source_channels_)
                  + static_cast<std::size_t>(source)];
  }

  // Writes `frames` frames of every target channel. Input and output must not overlap. A channel whose gain is zero is
  // not looked at: what is not finite in it stays there.
  void Process(const float* const* input, std::int64_t frames, float* const* output) const;

 private:
  ChannelMixer() = default;

  int source_channels_ = 0;
  int target_channels_ = 0;
  std::vector<float> gains_;  // target by target
};

// A whole signal at once, of as many channels as the mixer takes.
Waveform ConvertChannels(const Waveform& signal, const ChannelMixer& mixer);
// Throws what ChannelMixer's constructor throws.
Waveform ConvertChannels(const Waveform& signal, int target_channels, ChannelRule rule = ChannelRule::kMean);

}  // namespace klay
