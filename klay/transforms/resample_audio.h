// ResampleAudio: another sample rate.
//
//   auto [audio_16k, failed] = audio | beam::ParDo("Resample", klay::ResampleAudio{.sample_rate = 16000});
//
// n frames become ceil(n * sample_rate / rate) of them, exactly. Signals that have the rate wanted pass untouched. More
// than 128 channels are `failed` in any case, as the sign of a transposed signal, and so are rates that lie too far
// apart (resampler.h). Filters are made once for each pair of rates and shared by all threads. The result is not
// admitted to beam::MemoryBudget again; for large files, LoadAudio{.sample_rate = ...} takes less memory.
//
// From klay_beam: ResampleTorchaudioTensor. There is nothing to hint: filters of all pairs are kept.
#pragma once

#include "beam/model/output.h"
#include "klay/audio/resampler.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/step.h"

namespace klay {

struct ResampleAudio {
  int sample_rate = 0;  // in Hz
  ResamplerOptions resampler = {};

  // Throws beam::UsageError for fields that make no sense, whatever the signals are. Setup() does so too.
  void Validate() const;

  internal::Checked Setup() const;
  void ProcessElement(internal::Checked&, AudioFile file, beam::Output<AudioFile, "audio"> audio,
                      beam::Output<Failure, "failed"> failed) const;
};

}  // namespace klay
