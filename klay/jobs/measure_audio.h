// MeasureAudio: what an audio file is, how long, how loud, and what is wrong with it: one pass over it, block by block,
// so that memory does not depend on its length.
//
//   auto [measured, skipped, failed] = files | beam::ParDo("Measure", klay::MeasureAudio{});
//
// Every file leaves through exactly one of three ways; one that is kept in spite of its damage is named in the log.
// Counters are those of load_audio.h and skip_completed.h.
#pragma once

#include <optional>
#include <string>

#include "beam/io/readable_file.h"
#include "beam/model/output.h"
#include "klay/audio/audio_stats.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/loudness.h"
#include "klay/transforms/elements.h"

namespace klay {

struct MeasuredFile {
  std::string path;
  DecodeReport report;               // format, exact length, damage
  std::optional<Loudness> loudness;  // nothing with lengths_only, or where it cannot be measured (loudness.h)
  std::optional<AudioStats> levels;  // nothing with lengths_only
};

struct MeasureAudio {
  OnDamage on_damage = OnDamage::kKeep;
  bool lengths_only = false;  // decode, measure nothing
  bool skip_others = false;   // what is no audio at all is `skipped`; otherwise it is `failed`

  void ProcessElement(const beam::ReadableFile& file, beam::Output<MeasuredFile, "measured"> measured,
                      beam::Output<Failure, "skipped"> skipped, beam::Output<Failure, "failed"> failed) const;
};

}  // namespace klay
