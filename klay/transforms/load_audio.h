// LoadAudio: decodes files, or a part of each; mixed and resampled on the way if wanted. Every file leaves through
// exactly one of two ways: decoded (`audio` and `duration_seconds`) or `failed`, with the reason.
//
//   auto [audio, failed, seconds] = files | beam::ParDo("Load Audio", klay::LoadAudio{});
//   auto [audio, failed, seconds] = files | beam::ParDo("Load Audio", klay::LoadAudio{.mono = true, .sample_rate =
//   16000});
//
// Any format, WebM included; the contents decide it, never the name. Damaged and truncated files are `failed`, with
// what was expected and what was found; with on_damage = kKeep they are decoded as far as they go, and
// AudioFile::damage says what was wrong. Any file that cannot be opened or read (gone, no permission, a folder, a FIFO)
// is `failed` too, and so is one that cannot be converted.
//
// Memory: a waveform is admitted by beam::MemoryBudget::Process() before it is decoded, with what is emitted of it, and
// counts there until the steps fused behind this one are done with it. Without a reader of `audio`, files are decoded
// block by block, and nothing is kept. Metrics: counters.h.
//
// From klay_beam: LoadWithTorchaudio is LoadAudio{}; LoadWebm too; LoadWithLibrosa(target_sr, mono) is the second of
// the above, with a resampler of the same class as soxr's HQ; it always gives [channels, frames], mono as one channel.
#pragma once

#include <optional>

#include "beam/io/readable_file.h"
#include "beam/model/output.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/load_waveform.h"
#include "klay/audio/resampler.h"
#include "klay/transforms/counters.h"
#include "klay/transforms/elements.h"

namespace klay {

struct LoadAudio {
  OnDamage on_damage = OnDamage::kFail;

  // The part of each file from here on, of so many seconds at most, as LoadOptions in load_waveform.h says: what lies
  // behind it is never decoded, what lies before only where the format does not allow to leave it out, and what is not
  // decoded is not checked for damage. A file that ends before the part begins is `failed`.
  double start_seconds = 0;
  std::optional<double> duration_seconds = {};

  // To the mean of all channels, before resampling; to ceil(frames * sample_rate / the file's rate) frames.
  bool mono = false;
  std::optional<int> sample_rate = {};
  ResamplerMethod resampler = ResamplerMethod::kHigh;

  // Throws beam::UsageError for fields that make no sense, whatever the files are. Setup() does so too.
  void Validate() const;

  LoadOptions Setup() const;
  void ProcessElement(LoadOptions& options, const beam::ReadableFile& file, beam::Output<AudioFile, "audio"> audio,
                      beam::Output<Failure, "failed"> failed,
                      beam::Output<double, "duration_seconds"> duration_seconds) const;
};

}  // namespace klay
