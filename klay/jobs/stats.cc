#include "klay/jobs/stats.h"

#include <cmath>
#include <cstdint>
#include <memory>

#include "beam/io/file_systems.h"
#include "beam/io/file_writer.h"
#include "beam/io/read_matches.h"
#include "beam/transforms/combine.h"
#include "beam/transforms/count.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"
#include "beam/transforms/reshuffle.h"
#include "beam/transforms/with_keys.h"
#include "klay/jobs/audio_summary.h"
#include "klay/jobs/inputs.h"
#include "klay/jobs/job_log.h"
#include "klay/jobs/measure_audio.h"
#include "klay/jobs/report_failures.h"
#include "klay/jobs/result_file.h"
#include "klay/jobs/stats_report.h"
#include "klay/jobs/totals.h"

namespace klay {
namespace {

// The last step. A file that cannot be written fails the run, after it was tried again.
struct ReportStats {
  std::string stats_json;  // empty: no file

  void ProcessElement(const AudioSummary& summary, const beam::SideInput<std::int64_t>& skipped,
                      const beam::SideInput<std::int64_t>& failed) const {
    total_files.Set(summary.files());
    total_skipped.Set(*skipped);
    total_microseconds.Set(std::llround(summary.seconds.sum.Round() * 1e6));
    JobLog::Process().SetReport(StatsTable(summary));
    if (!stats_json.empty()) beam::WriteFile(stats_json, StatsJson(summary, {*skipped, *failed}));
  }
};

struct WriteLines {
  std::string path;

  void ProcessElement(const beam::KV<int, beam::Iterable<std::string>>& lines) const {
    const std::unique_ptr<beam::ByteSink> sink = beam::FileSystemFor(path)->OpenWrite(path);
    for (const std::string& line : lines.value) sink->Write(line.data(), line.size());
    sink->Finish();
  }
};

// Grouped, so that one step writes all lines, one after the other and in the same order in every run; more than memory
// is given for them lie on disk meanwhile.
void WritePerFile(beam::Pipeline& p, const beam::PCollection<MeasuredFile>& measured, const std::string& path) {
  const auto lines = measured | beam::Map("To Line", [](const MeasuredFile& file) { return FileJson(file) + '\n'; });
  // Without it there would be no group, and no file, where there are no lines.
  const auto nothing = p | beam::Create("No Line", {std::string()});
  beam::Flatten("Lines", lines, nothing)
      | beam::WithKeys("All Together", 0)
      | beam::GroupByKey("Group Lines")
      | beam::ParDo("Write Lines", WriteLines{path});
}

beam::PCollection<beam::FileMetadata> Inputs(beam::Pipeline& p, const StatsOptions& options) {
  return MatchInputs(p, options.source_audio_path, options.match_suffix);
}

}  // namespace

void StatsOptions::Validate() const {
  CheckFolder("--source_audio_path", source_audio_path);
  CheckResult("--stats_json", stats_json);
  CheckResult("--per_file", per_file);
}

std::string StatsOptions::NothingMatched() const {
  return klay::NothingMatched({"--source_audio_path", "--match_suffix"}, source_audio_path, match_suffix);
}

void PlanStats(beam::Pipeline& p, const StatsOptions& options, PlanDepth depth) {
  PlanDecoding(Inputs(p, options), options.on_damage, depth);
}

void RunStats(beam::Pipeline& p, const StatsOptions& options) {
  const auto [measured, others, broken] = Inputs(p, options)
      | beam::Reshuffle("Prevent Fusion")
      | beam::ReadMatches("Read")
      | beam::ParDo("Measure",
                    MeasureAudio{.on_damage = options.on_damage,
                                 .lengths_only = options.lengths_only,
                                 .skip_others = options.match_suffix.empty()});
  const auto skipped = others | beam::Count("Count Skipped");
  const auto failed = broken | beam::Count("Count Failed");
  measured
      | beam::CombineGlobally("Summarize", SummarizeAudio{})
      | beam::ParDo("Report", ReportStats{options.stats_json}, beam::AsSingleton(skipped), beam::AsSingleton(failed));
  ReportFailures(broken);
  if (!options.per_file.empty()) WritePerFile(p, measured, options.per_file);
}

}  // namespace klay
