#include "klay/transforms/transcode_source.h"

#include "klay/audio/load_waveform.h"
#include "klay/path/path.h"

namespace klay::internal {

TranscodeSource::TranscodeSource(const beam::ReadableFile& file, const Transcode& step)
    : file_(file),
      step_(step),
      source_(file.Open()),
      decoder_(*source_, {.on_damage = step.on_damage}),
      chain_(decoder_.info().channels, decoder_.info().sample_rate, step.channels.value_or(decoder_.info().channels),
             step.sample_rate.value_or(decoder_.info().sample_rate), step.resampler, kTranscodeBlockFrames) {}

std::optional<FrameRange> TranscodeSource::Part(const std::string& key) {
  if (!step_.crop_seconds) return FrameRange{0, INT64_MAX};
  return CropRandom(CountFrames(), FramesIn(*step_.crop_seconds, decoder_.info().sample_rate), key, step_.seed);
}

std::int64_t TranscodeSource::CountFrames() {
  if (const auto& frames = decoder_.info().frames_from_header) return *frames;
  return CheckAudio(*file_.Open(), {.on_damage = step_.on_damage}).frames;
}

std::string CropKey(const Transcode& step, const std::string& path) {
  return step.source_dir.empty() ? path : MovePath(path, step.source_dir, "");
}

}  // namespace klay::internal
