#include "klay/transforms/convert_audio.h"

#include <utility>

#include "beam/base/error.h"
#include "klay/transforms/step.h"

namespace klay {

void ConvertAudio::Validate() const {
  if (source_layout.empty() != target_layout.empty()) {
    throw beam::UsageError("ConvertAudio has one of source_layout and target_layout: give both or neither");
  }
  if (!source_layout.empty() && channels != 0) {
    throw beam::UsageError("ConvertAudio has channels and layouts: give either");
  }
  if (source_layout.empty() && (channels < 1 || channels > 255)) {
    throw beam::UsageError("ConvertAudio's channels must be from 1 to 255");
  }
}

ConvertAudio::Mixers ConvertAudio::Setup() const {
  Validate();
  Mixers mixers;
  if (source_layout.empty()) return mixers;
  try {
    ChannelMixer mixer = ChannelMixer::BetweenLayouts(source_layout, target_layout);
    mixers.emplace(mixer.source_channels(), std::move(mixer));
  } catch (const AudioError& error) {
    throw beam::UsageError(std::string("ConvertAudio: ") + error.what());
  }
  return mixers;
}

const ChannelMixer& ConvertAudio::MixerFor(int source_channels, Mixers& mixers) const {
  if (const auto found = mixers.find(source_channels); found != mixers.end()) return found->second;
  if (!source_layout.empty()) {
    throw AudioError("it has " + std::to_string(source_channels) + " channels, and the layout \"" + source_layout
                     + "\" has " + std::to_string(mixers.begin()->first));
  }
  return mixers.emplace(source_channels, ChannelMixer(source_channels, channels, rule)).first->second;
}

void ConvertAudio::ProcessElement(Mixers& mixers, AudioFile file, beam::Output<AudioFile, "audio"> audio,
                                  beam::Output<Failure, "failed"> failed) const {
  if (file.audio.channels() != channels) {
    const bool done = internal::Try(
        file.path, failed, [&] { file.audio = ConvertChannels(file.audio, MixerFor(file.audio.channels(), mixers)); });
    if (!done) return;
  }
  audio.Emit(std::move(file));
}

}  // namespace klay
