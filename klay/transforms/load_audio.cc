#include "klay/transforms/load_audio.h"

#include <cmath>
#include <string>
#include <utility>

#include "beam/base/error.h"
#include "klay/transforms/step.h"

namespace klay {

void LoadAudio::Validate() const {
  if (!(start_seconds >= 0) || std::isinf(start_seconds)) {
    throw beam::UsageError("LoadAudio's start_seconds must be 0 or more");
  }
  if (duration_seconds && (!(*duration_seconds > 0) || std::isinf(*duration_seconds))) {
    throw beam::UsageError("LoadAudio's duration_seconds must be above 0");
  }
  if (sample_rate && *sample_rate < 1) throw beam::UsageError("LoadAudio's sample_rate must be at least 1 Hz");
}

LoadOptions LoadAudio::Setup() const {
  Validate();
  LoadOptions options{.decode = {.on_damage = on_damage},
                      .start_seconds = start_seconds,
                      .duration_seconds = duration_seconds,
                      .sample_rate = sample_rate,
                      .resampler = resampler};
  if (mono) options.channels = 1;
  return options;
}

void LoadAudio::ProcessElement(LoadOptions& options, const beam::ReadableFile& file,
                               beam::Output<AudioFile, "audio"> audio, beam::Output<Failure, "failed"> failed,
                               beam::Output<double, "duration_seconds"> duration) const {
  LoadedAudio loaded;
  const bool done = internal::TryFile(file, failed, [&](beam::ByteSource& source) {
    if (audio.HasReader()) {
      loaded = LoadWaveform(source, options);
    } else {
      loaded.report = CheckAudio(source, options);
    }
  });
  if (!done) return;
  if (loaded.report.damaged()) files_damaged.Inc();
  audio_milliseconds.Inc(std::llround(loaded.report.seconds() * 1000));
  duration.Emit(loaded.report.seconds());
  if (audio.HasReader()) audio.Emit({file.metadata.path, std::move(loaded.waveform), loaded.report.DamageText()});
}

}  // namespace klay
