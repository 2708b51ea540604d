#include "klay/transforms/measure_loudness.h"

#include <utility>

#include "klay/transforms/step.h"

namespace klay {

void MeasureLoudness::ProcessElement(const AudioFile& file, beam::Output<FileLoudness, "loudness"> loudness,
                                     beam::Output<Failure, "failed"> failed) const {
  FileLoudness result{file.path, file.audio.seconds(), {}};
  const bool done = internal::Try(file.path, failed, [&] {
    LoudnessMeter meter(file.audio.channels(), file.audio.sample_rate());
    meter.Process(PlanesOf(file.audio).data(), file.audio.frames());
    result.loudness = meter.Finish();
  });
  if (done) loudness.Emit(std::move(result));
}

}  // namespace klay
