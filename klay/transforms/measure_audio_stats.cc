#include "klay/transforms/measure_audio_stats.h"

#include <utility>

#include "beam/base/error.h"

namespace klay {

void MeasureAudioStats::Validate() const {
  try {
    const AudioStatsMeter any(1, 48000, options);
  } catch (const AudioError& error) {
    throw beam::UsageError(std::string("MeasureAudioStats: ") + error.what());
  }
}

internal::Checked MeasureAudioStats::Setup() const {
  Validate();
  return {};
}

void MeasureAudioStats::ProcessElement(internal::Checked&, const AudioFile& file,
                                       beam::Output<FileStats, "stats"> stats,
                                       beam::Output<Failure, "failed"> failed) const {
  FileStats result{file.path, file.audio.sample_rate(), {}};
  const bool done = internal::Try(file.path, failed, [&] {
    AudioStatsMeter meter(file.audio.channels(), file.audio.sample_rate(), options);
    meter.Process(PlanesOf(file.audio).data(), file.audio.frames());
    result.stats = meter.Finish();
  });
  if (done) stats.Emit(std::move(result));
}

}  // namespace klay
