// run-example: decodes every audio file of a folder, adds up their durations and counts those that fail.
#pragma once

#include <string>
#include <vector>

#include "beam/model/pcollection.h"
#include "beam/runners/options_flag.h"
#include "klay/audio/decode_report.h"
#include "klay/jobs/cpu_rate.h"
#include "klay/jobs/inputs.h"
#include "klay/jobs/on_damage_flag.h"
#include "klay/jobs/plan.h"

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
  std::vector<PathFlag> Paths() const { return {{"--source_audio_path", source_audio_path}}; }
  static CpuRate Rate() { return CpuRateOfDecoding(); }
};

void RunExample(beam::Pipeline& p, const RunExampleOptions& options);
// What RunExample() would do.
void PlanExample(beam::Pipeline& p, const RunExampleOptions& options, PlanDepth depth);

}  // namespace klay
