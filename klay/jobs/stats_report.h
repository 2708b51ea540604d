// What `stats` says of a collection: a table for people, an object for programs, and a line for each file.
//
// StatsJson, --stats_json. All fields are always there; those that make no sense are null, as every figure of nothing.
//   files             {done, damaged, empty, skipped, failed}: damaged and empty ones are among those done
//   seconds, hours    of all files done
//   formats           [{container, codec, files, seconds}], by content (decode_report.h); most seconds first, as below
//   sample_rates      [{sample_rate, files, seconds}]
//   channels          [{channels, files, seconds}]
//   mono_files, stereo_files     one channel, two channels
//   bit_depths        [{bit_depth, files, seconds}]: "8", "16", "24", "32", "32f", "64f"; null: lossy, with none
//   length_seconds    a distribution over the files
//   levels            null where none were measured; else what LevelSummary has, by its names: files, integrated_lufs,
//   range_lu,
//                     true_peak_dbtp, peak_dbfs, rms_dbfs, dc_dbfs (distributions), clipped_files, silent_files,
//                     not_finite_files
// A distribution is {files, min, p5, p25, p50, p75, p95, max, mean, histogram}: files are those that have a value; the
// quantiles are cut down to 0.1 dB or three digits; the histogram is [{from, to, files}] without empty bins, 1 dB wide
// or by the edges of kLengthEdges, the last of which has no `to`.
//
// FileJson, a line of --per_file:
//   path, container, codec, sample_rate, channels, bit_depth, frames, seconds, damage (null: none)
//   integrated_lufs, range_lu, true_peak_dbtp, peak_dbfs, rms_dbfs, dc_dbfs  (null: minus infinity, or not measured)
//   clipped_samples, not_finite_samples, silent_seconds, leading_silence_seconds, trailing_silence_seconds
//                                                                            (null: not measured)
//
// Paths are as Printable() makes them.
#pragma once

#include <cstdint>
#include <string>

#include "klay/jobs/audio_summary.h"

namespace klay {

// Where the classes of lengths begin, in seconds.
inline constexpr double kLengthEdges[] = {0, 1, 5, 10, 30, 60, 120, 180, 300, 600, 1800, 3600, 18000};

// What became of the files that were not measured.
struct OtherFiles {
  std::int64_t skipped = 0;
  std::int64_t failed = 0;
};

std::string StatsTable(const AudioSummary& summary);
std::string StatsJson(const AudioSummary& summary, const OtherFiles& others);
std::string FileJson(const MeasuredFile& file);

}  // namespace klay
