// AudioSummary: what a collection of audio files is made of. SummarizeAudio is the CombineFn that makes it:
//
//   measured | beam::CombineGlobally("Summarize", klay::SummarizeAudio{})
//
// The same whatever the order and grouping of the files: counts are whole numbers, sums are exact (exact_sum.h) and
// quantiles come from histograms of fixed bins (distribution.h). Its size depends on how many kinds of files there are,
// not on how many files.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "klay/jobs/distribution.h"
#include "klay/jobs/measure_audio.h"

namespace klay {

// How a file keeps its sound, as its content says.
struct StoredFormat {
  std::string container;  // as in AudioInfo, like the rest
  std::string codec;
  int sample_rate = 0;
  int channels = 0;
  int bit_depth = 0;

  auto operator<=>(const StoredFormat&) const = default;
};

struct FormatTotal {
  std::int64_t files = 0;
  std::int64_t frames = 0;
};

// Of the files whose levels were measured. What has no finite value in dB, as the peak of digital silence, is not in
// its distribution.
struct LevelSummary {
  std::int64_t files = 0;
  Distribution<DecibelScale> integrated_lufs;  // EBU R 128; without files below -70 LUFS or shorter than 0.4 s
  Distribution<DecibelScale> range_lu;         // of the files that have an integrated loudness
  Distribution<DecibelScale> true_peak_dbtp;
  Distribution<DecibelScale> peak_dbfs;  // of the loudest channel
  Distribution<DecibelScale> rms_dbfs;   // of all channels together; a full-scale square wave has 0
  Distribution<DecibelScale> dc_dbfs;    // of the channel with the largest offset
  std::int64_t clipped_files = 0;        // with clipping by audio_stats.h
  std::int64_t silent_files = 0;         // no sample reaches -60 dBFS; empty files are none
  std::int64_t not_finite_files = 0;     // with NaN or infinity among the samples
};

struct AudioSummary {
  std::map<StoredFormat, FormatTotal> formats;
  Distribution<SecondsScale> seconds;
  std::int64_t damaged_files = 0;
  std::int64_t empty_files = 0;  // whole, but without a single sample
  LevelSummary levels;

  std::int64_t files() const { return seconds.count; }

  void Add(const MeasuredFile& file);
  void Merge(const AudioSummary& other);
};

struct SummarizeAudio {
  AudioSummary CreateAccumulator() const { return {}; }
  void AddInput(AudioSummary& summary, const MeasuredFile& file) const { summary.Add(file); }
  void MergeAccumulators(AudioSummary& into, const AudioSummary& other) const { into.Merge(other); }
  AudioSummary ExtractOutput(const AudioSummary& summary) const { return summary; }
};

// Levels of one file, in dB relative to full scale; minus infinity for digital silence.
double PeakDbfs(const AudioStats& levels);
double RmsDbfs(const AudioStats& levels);
double DcDbfs(const AudioStats& levels);

}  // namespace klay
