// ConvertAudio: another number of channels.
//
//   auto [mono, failed] = audio | beam::ParDo("To Mono", klay::ConvertAudio{.channels = 1});
//   auto [surround, failed] = audio
//       | beam::ParDo("To 5.1", klay::ConvertAudio{.source_layout = "stereo", .target_layout = "5.1"});
//
// Signals that have the channels wanted pass untouched. What cannot be converted is `failed`. The result is not
// admitted to beam::MemoryBudget again; for mono of large files, LoadAudio{.mono = true} takes less memory.
//
// From klay_beam: the channels of convert_audio; ResampleAudio is the rest of it.
#pragma once

#include <map>
#include <string>

#include "beam/model/output.h"
#include "klay/audio/convert_channels.h"
#include "klay/transforms/elements.h"

namespace klay {

struct ConvertAudio {
  // From 1 to 255, by this rule (convert_channels.h) ...
  int channels = 0;
  ChannelRule rule = ChannelRule::kMean;

  // ... or, in place of both, from one layout to another, by FFmpeg's names for them: "stereo", "5.1(side)",
  // "FL+FR+LFE". A signal with another number of channels than source_layout is `failed`.
  std::string source_layout = {};
  std::string target_layout = {};

  // Throws beam::UsageError for fields that make no sense together. Setup() does so too.
  void Validate() const;

  // By the number of channels they take.
  using Mixers = std::map<int, ChannelMixer>;

  Mixers Setup() const;
  void ProcessElement(Mixers& mixers, AudioFile file, beam::Output<AudioFile, "audio"> audio,
                      beam::Output<Failure, "failed"> failed) const;

 private:
  const ChannelMixer& MixerFor(int source_channels, Mixers& mixers) const;
};

}  // namespace klay
