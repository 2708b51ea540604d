#include "klay/transforms/resample_audio.h"

#include <string>
#include <utility>

#include "beam/base/error.h"

namespace klay {

void ResampleAudio::Validate() const {
  if (sample_rate < 1) throw beam::UsageError("ResampleAudio's sample_rate must be at least 1 Hz");
  try {
    const Resampler any(2, 1, 1, resampler);
  } catch (const AudioError& error) {
    throw beam::UsageError(std::string("ResampleAudio: ") + error.what());
  }
}

internal::Checked ResampleAudio::Setup() const {
  Validate();
  return {};
}

void ResampleAudio::ProcessElement(internal::Checked&, AudioFile file, beam::Output<AudioFile, "audio"> audio,
                                   beam::Output<Failure, "failed"> failed) const {
  const bool done = internal::Try(file.path, failed, [&] {
    const int rate = file.audio.sample_rate();
    // Also refuses what has too many channels, whatever the rate.
    const Resampler possible(rate, sample_rate, file.audio.channels(), resampler);
    if (rate != sample_rate) file.audio = Resample(file.audio, sample_rate, resampler);
  });
  if (done) audio.Emit(std::move(file));
}

}  // namespace klay
