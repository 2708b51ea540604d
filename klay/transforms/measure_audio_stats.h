// MeasureAudioStats: peak, RMS, DC offset, clipping and silence of each signal (audio_stats.h).
//
//   auto [stats, failed] = audio | beam::ParDo("Stats", klay::MeasureAudioStats{});
//
// A signal without channels or without a sample rate is `failed`.
#pragma once

#include <string>

#include "beam/model/output.h"
#include "klay/audio/audio_stats.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/step.h"

namespace klay {

struct FileStats {
  std::string path;
  int sample_rate = 0;  // in Hz, of the frames that are counted in `stats`
  AudioStats stats;
};

struct MeasureAudioStats {
  AudioStatsOptions options = {};

  // Throws beam::UsageError for options out of range. Setup() does so too.
  void Validate() const;

  internal::Checked Setup() const;
  void ProcessElement(internal::Checked&, const AudioFile& file, beam::Output<FileStats, "stats"> stats,
                      beam::Output<Failure, "failed"> failed) const;
};

}  // namespace klay
