// stats: what a folder of audio files is made of: how many, how long, in which formats, how loud, what is damaged.
//
// Every file is decoded to its end, so that lengths are exact and damage is found. Damaged files are kept by default,
// as far as they can be decoded, and counted: their damage is a figure, too.
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

struct StatsOptions {
  beam::Required<std::string, "the folder with the audio files, searched at every depth; a local path or a URI">
      source_audio_path;
  beam::Flag<std::string,
             "what the names of the audio files end in, letter case counts; empty (--match_suffix=): all files, of "
             "which those that are no audio by their content are skipped">
      match_suffix = ".mp3";
  beam::Flag<bool, "only decode: no loudness and no levels, which takes less time"> lengths_only;
  beam::Flag<OnDamage, "what happens to damaged and truncated files: they fail, or count as far as they can be decoded">
      on_damage = OnDamage::kKeep;
  beam::Flag<std::string, "write the figures to this file, as JSON"> stats_json;
  beam::Flag<std::string, "write the figures of each file to this file: a JSON object a line"> per_file;

  void Validate() const;
  // For when nothing matched.
  std::string NothingMatched() const;
  std::vector<PathFlag> Paths() const {
    return {{"--source_audio_path", source_audio_path}, {"--stats_json", stats_json}, {"--per_file", per_file}};
  }
  CpuRate Rate() const { return CpuRateOfStats(lengths_only); }
};

// The table goes to the JobLog, as its report.
void RunStats(beam::Pipeline& p, const StatsOptions& options);
// What RunStats() would do; files that are no audio are among those that fail.
void PlanStats(beam::Pipeline& p, const StatsOptions& options, PlanDepth depth);

}  // namespace klay
