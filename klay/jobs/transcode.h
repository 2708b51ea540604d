// transcode: every audio file of a folder as another format, sample rate, number of channels, or a part of it. What is
// done already is skipped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "beam/model/pcollection.h"
#include "beam/runners/options_flag.h"
#include "beam/runners/options_value.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/resampler.h"
#include "klay/jobs/cpu_rate.h"
#include "klay/jobs/inputs.h"
#include "klay/jobs/on_damage_flag.h"
#include "klay/jobs/plan.h"
#include "klay/transforms/transcode.h"

namespace klay {

struct TranscodeOptions {
  beam::Required<std::string, "the folder with the audio files, searched at every depth; a local path or a URI">
      src_dir;
  beam::Required<std::string, "what the names of the audio files end in, such as .wav; letter case counts">
      audio_suffix;
  beam::Required<std::string,
                 "what the names of the results end in; its extension is the format: .wav .aiff .flac .mp3 .ogg "
                 ".opus .m4a, or .npy for an array of float32 of shape (channels, frames)">
      target_audio_suffix;
  beam::Flag<std::string, "the folder for the results, where each has its file's place; empty: beside their files">
      target_dir;
  beam::Flag<std::optional<int>, "of the results, in Hz; nothing: each file's own"> target_sample_rate;
  beam::Flag<std::optional<int>, "of the results: 1 is mono, 2 is stereo; nothing: each file's own"> target_channels;
  beam::Flag<std::string, "of the results, in bits a second, such as 192k; mp3, ogg, opus, m4a"> bitrate;
  beam::Flag<std::optional<double>, "variable bit rate by quality: mp3 0 (best) to 9.999, ogg -1 to 10 (best)"> quality;
  beam::Flag<std::string, "of the results: 8, 16, 24, 32, 32f or 64f (wav, aiff), 16 or 24 (flac)"> bit_depth;
  beam::Flag<ResamplerMethod, "how sample rates are changed"> resampler = ResamplerMethod::kHigh;
  beam::Flag<std::optional<double>, "keep only so many seconds, from a random place; files not longer are skipped">
      crop_duration;
  beam::Flag<std::uint64_t, "of the places of crops: the same seed, the same places"> seed = 0;
  beam::Flag<bool, "make results anew that are there"> overwrite;
  beam::Flag<bool, "make results anew that are older than their files"> check_timestamp;
  beam::Flag<bool, "record in .klay-ledger beside the results what became of each file, and do again what has changed">
      ledger;
  beam::Flag<bool, "with --ledger: false leaves alone the files that failed before"> retry_failed = true;
  beam::Flag<OnDamage, "what happens to damaged and truncated files: they fail, or what can be decoded is kept">
      on_damage = OnDamage::kFail;

  void Validate() const;
  // For when nothing matched.
  std::string NothingMatched() const;
  // The step that does the work.
  Transcode Step() const;
  LedgerSettings Ledger() const;
  std::vector<PathFlag> Paths() const { return {{"--src_dir", src_dir}, {"--target_dir", target_dir}}; }
  CpuRate Rate() const { return CpuRateOfTranscode(Step()); }
};

void RunTranscode(beam::Pipeline& p, const TranscodeOptions& options);
// What RunTranscode() would do.
void PlanTranscodeJob(beam::Pipeline& p, const TranscodeOptions& options, PlanDepth depth);

}  // namespace klay

template <>
struct beam::FlagChoices<klay::ResamplerMethod> {
  static constexpr beam::FlagChoice<klay::ResamplerMethod> kAll[] = {
      {"sinc_interp_hann", klay::ResamplerMethod::kSincHann},
      {"sinc_interp_kaiser", klay::ResamplerMethod::kSincKaiser},
      {"medium", klay::ResamplerMethod::kMedium},
      {"high", klay::ResamplerMethod::kHigh},
      {"very_high", klay::ResamplerMethod::kVeryHigh}};
};
