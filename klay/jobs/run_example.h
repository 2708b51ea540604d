// run-example: decodes every audio file of a folder, adds up their durations and counts those that fail.
#pragma once

#include <string>

#include "beam/model/metrics.h"
#include "beam/model/pcollection.h"
#include "beam/runners/options_flag.h"
#include "beam/runners/options_value.h"
#include "klay/audio/decode_report.h"

namespace klay {

struct RunExampleOptions {
  beam::Required<std::string, "the folder with the audio files, searched at every depth; a local path or a URI">
      source_audio_path;
  beam::Required<std::string, "what the names of the audio files end in, such as .mp3; letter case counts">
      source_audio_suffix;
  beam::Flag<OnDamage, "what happens to damaged and truncated files: they fail, or what can be decoded is kept">
      on_damage = OnDamage::kFail;

  void Validate() const;
  // For when nothing matched.
  std::string NothingMatched() const;
};

void RunExample(beam::Pipeline& p, const RunExampleOptions& options);

// The results of the job, set once by its last steps.
inline const beam::Gauge total_files("klay", "total_files");
inline const beam::Gauge total_failed("klay", "total_failed");
inline const beam::Gauge total_microseconds("klay", "total_microseconds");  // of audio

}  // namespace klay

template <>
struct beam::FlagChoices<klay::OnDamage> {
  static constexpr beam::FlagChoice<klay::OnDamage> kAll[] = {{"fail", klay::OnDamage::kFail},
                                                              {"keep", klay::OnDamage::kKeep}};
};
