// LoadAudio: decodes files. Every file leaves through exactly one of two ways: decoded (`audio` and `duration_seconds`)
// or `failed`, with the reason.
//
//   auto [audio, failed, seconds] = files | beam::ParDo("Load Audio", klay::LoadAudio{});
//
// Damaged and truncated files are `failed`, with what was expected and what was found; with on_damage = kKeep they are
// decoded as far as they go, and AudioFile::damage says what was wrong. Any file that cannot be opened or read (gone,
// no permission, a folder, a FIFO) is `failed` too.
//
// Memory: a waveform is admitted by beam::MemoryBudget::Process() before it is decoded, and counts there until the
// steps fused behind this one are done with it. Without a reader of `audio`, files are decoded block by block, and
// nothing is kept. Metrics, all counters of namespace "klay": those below.
#pragma once

#include "beam/io/readable_file.h"
#include "beam/model/metrics.h"
#include "beam/model/output.h"
#include "klay/audio/decode_report.h"
#include "klay/transforms/elements.h"

namespace klay {

struct LoadAudio {
  OnDamage on_damage = OnDamage::kFail;

  void ProcessElement(const beam::ReadableFile& file, beam::Output<AudioFile, "audio"> audio,
                      beam::Output<Failure, "failed"> failed,
                      beam::Output<double, "duration_seconds"> duration_seconds) const;
};

inline const beam::Counter files_loaded("klay", "files_loaded");
inline const beam::Counter files_failed("klay", "files_failed");
inline const beam::Counter files_damaged("klay", "files_damaged");  // of those loaded
inline const beam::Counter bytes_taken("klay", "bytes_taken");  // by the listing's sizes, of loaded and failed files
inline const beam::Counter audio_milliseconds("klay", "audio_milliseconds");

}  // namespace klay
