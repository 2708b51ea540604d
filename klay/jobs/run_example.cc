#include "klay/jobs/run_example.h"

#include <cmath>
#include <cstdint>
#include <cstdio>

#include "beam/base/log.h"
#include "beam/io/read_matches.h"
#include "beam/transforms/count.h"
#include "beam/transforms/map.h"
#include "beam/transforms/reshuffle.h"
#include "beam/transforms/sum.h"
#include "klay/jobs/inputs.h"
#include "klay/jobs/report_failures.h"
#include "klay/jobs/totals.h"
#include "klay/transforms/load_audio.h"

namespace klay {

void RunExampleOptions::Validate() const {
  CheckFolder("--source_audio_path", source_audio_path);
  if (source_audio_suffix.empty()) throw beam::UsageError("--source_audio_suffix is empty: give one such as .mp3");
}

std::string RunExampleOptions::NothingMatched() const {
  return klay::NothingMatched({"--source_audio_path", "--source_audio_suffix"}, source_audio_path, source_audio_suffix);
}

namespace {

beam::PCollection<beam::FileMetadata> Inputs(beam::Pipeline& p, const RunExampleOptions& options) {
  return MatchInputs(p, options.source_audio_path, options.source_audio_suffix);
}

}  // namespace

void PlanExample(beam::Pipeline& p, const RunExampleOptions& options, PlanDepth depth) {
  PlanDecoding(Inputs(p, options), options.on_damage, depth);
}

void RunExample(beam::Pipeline& p, const RunExampleOptions& options) {
  auto [audio, failed, seconds] = Inputs(p, options)
      | beam::Reshuffle("Prevent Fusion")
      | beam::ReadMatches("Read")
      | beam::ParDo("Load Audio", LoadAudio{options.on_damage});

  seconds | beam::Sum("Sum Lengths") | beam::ForEach("Log Duration", [](double s) {
    total_microseconds.Set(std::llround(s * 1e6));
    char text[128];
    std::snprintf(text, sizeof text, "total duration: %.3f seconds, %.3f minutes, %.3f hours", s, s / 60, s / 3600);
    beam::LogInfo(text);
  });
  seconds | beam::Count("Count Files") | beam::ForEach("Log Count", [](std::int64_t n) {
    total_files.Set(n);
    beam::LogInfo("files loaded: " + std::to_string(n));
  });
  ReportFailures(failed);
}

}  // namespace klay
