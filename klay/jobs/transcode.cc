#include "klay/jobs/transcode.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/io/expected_requests.h"
#include "beam/io/read_matches.h"
#include "beam/transforms/batch_elements.h"
#include "beam/transforms/count.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/map.h"
#include "beam/transforms/reshuffle.h"
#include "beam/transforms/sum.h"
#include "klay/jobs/inputs.h"
#include "klay/jobs/printable.h"
#include "klay/jobs/report_failures.h"
#include "klay/jobs/totals.h"
#include "klay/jobs/version.h"
#include "klay/transforms/ledger_segments.h"
#include "klay/transforms/load_audio.h"
#include "klay/transforms/plan_transcode.h"
#include "klay/transforms/record_outcomes.h"
#include "klay/transforms/skip_completed.h"

namespace klay {
namespace {

// "192k" and "192000" are the same.
std::optional<int> ParseBitrate(const std::string& text) {
  if (text.empty()) return std::nullopt;
  double value = 0;
  const char* const end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && rest + 1 == end && (*rest == 'k' || *rest == 'K')) {
    value *= 1000;
    ++rest;
  }
  if (error != std::errc() || rest != end || !(value >= 1 && value <= 10e6)) {
    throw beam::UsageError("--bitrate " + text + " must be a number of bits a second, such as 192k or 192000");
  }
  return static_cast<int>(std::lround(value));
}

// The format is the extension behind the last dot of the suffix.
void SetFormat(const std::string& suffix, Transcode& step) {
  const std::string extension = suffix.substr(suffix.rfind('.') == std::string::npos ? 0 : suffix.rfind('.'));
  step.npy = extension == ".npy" || extension == ".NPY";
  if (step.npy) return;
  try {
    step.encode.format = ParseAudioFormat(extension);
  } catch (const beam::UsageError& error) {
    throw beam::UsageError(std::string("--target_audio_suffix cannot be used: ") + error.what()
                           + ", and npy for arrays");
  }
}

void ReportSeconds(const beam::PCollection<double>& seconds) {
  seconds
      | beam::Sum("Sum Lengths")
      | beam::ForEach("Log Duration", [](double s) { total_microseconds.Set(std::llround(s * 1e6)); });
}

void ReportSkipped(const beam::PCollection<Failure>& skipped) {
  skipped | beam::Count("Count Skipped") | beam::ForEach("Log Skipped", [](std::int64_t n) { total_skipped.Set(n); });
}

// The inputs, told apart by whether their results are there.
auto FilesToDo(beam::Pipeline& p, const TranscodeOptions& options, bool delete_abandoned) {
  const Transcode step = options.Step();
  return MatchInputs(p, options.src_dir, options.audio_suffix)
      // The targets are listed by all threads, not by the one that lists the sources; in batches, as they come folder
      // by folder.
      | beam::BatchElements("Batch", {.min_size = SkipCompleted::kBatch, .max_size = SkipCompleted::kBatch})
      | beam::Reshuffle("Prevent Fusion With Listing")
      | beam::FlatMap("Unbatch", [](const std::vector<beam::FileMetadata>& batch) { return batch; })
      | beam::ParDo("Skip Completed",
                    SkipCompleted{.old_suffix = step.source_suffix,
                                  .new_suffixes = {step.target_suffix},
                                  .source_dir = step.source_dir,
                                  .target_dir = step.target_dir,
                                  .check_timestamp = options.check_timestamp,
                                  .overwrite = options.overwrite,
                                  .ledger = options.Ledger(),
                                  .delete_abandoned = delete_abandoned});
}

struct PlanOfFile {
  bool ledger = false;

  void ProcessElement(const PlannedFile& file, beam::Output<FilePlan> plans) const {
    const bool is_local = IsLocal(file.target);
    plans.Emit({.source_bytes = file.source_bytes,
                .seconds = file.seconds,
                .target_bytes = file.target_bytes,
                .looks = ledger && !is_local ? 1 : 0,  // which time the target has
                .writes = is_local ? 0 : beam::ExpectedWrites(file.target_bytes.value_or(0))});
  }
};

// What the ledger itself takes: to read it, and to write one segment at the end. Longer runs write more, one for each
// 2 s of a worker at most.
void PlanLedger(beam::Pipeline& p, const std::string& folder) {
  if (IsLocal(folder)) return;
  p
      | beam::Create("Ledger", {internal::LedgerFolder(folder)})
      | beam::ForEach("Log Ledger", [](const std::string& ledger_folder) {
          planned_ledger_reads.Set(internal::ExpectedLedgerReads(ledger_folder));
          planned_ledger_writes.Set(1);
        });
}

void LogPlan(const PlannedFile& file) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.3f s", file.seconds);
  beam::LogInfo("would make " + Printable(file.target) + " of " + Printable(file.path) + ": " + seconds + ", "
                + (file.target_bytes ? std::to_string(*file.target_bytes) + " bytes" : "of unknown size"));
}

}  // namespace

Transcode TranscodeOptions::Step() const {
  Transcode step;
  step.source_suffix = NormalizedSuffix(audio_suffix);
  step.target_suffix = NormalizedSuffix(target_audio_suffix);
  if (!target_dir.empty()) {
    step.source_dir = src_dir;
    step.target_dir = target_dir;
  }
  step.on_damage = on_damage;
  SetFormat(step.target_suffix, step);
  step.encode.bitrate = ParseBitrate(bitrate);
  step.encode.quality = quality.value();
  if (!bit_depth.empty()) {
    try {
      step.encode.bit_depth = ParseBitDepth(bit_depth);
    } catch (const beam::UsageError& error) {
      throw beam::UsageError(std::string("--bit_depth cannot be used: ") + error.what());
    }
  }
  step.sample_rate = target_sample_rate.value();
  step.channels = target_channels.value();
  step.resampler = resampler;
  step.crop_seconds = crop_duration.value();
  step.seed = seed;
  return step;
}

LedgerSettings TranscodeOptions::Ledger() const {
  if (!ledger) return {};
  Transcode step = Step();
  // Where files lie decides nothing: a tree that is moved as a whole is as done as it was.
  step.source_dir.clear();
  step.target_dir.clear();
  return {.folder = target_dir.empty() ? src_dir.value() : target_dir.value(),
          .source_dir = src_dir,
          .parameters = Fingerprint(step),
          .version = kVersion,
          .retry_failed = retry_failed};
}

void TranscodeOptions::Validate() const {
  CheckFolder("--src_dir", src_dir);
  if (audio_suffix.empty()) throw beam::UsageError("--audio_suffix is empty: give one such as .wav");
  if (target_audio_suffix.empty()) throw beam::UsageError("--target_audio_suffix is empty: give one such as .ogg");
  const Transcode step = Step();
  if (target_dir.empty() && step.target_suffix == step.source_suffix) {
    throw beam::UsageError(
        "--target_audio_suffix is the same as --audio_suffix, so that results would replace their "
        "files: give another one, or --target_dir");
  }
  if (!ledger && !retry_failed) throw beam::UsageError("--retry_failed=false needs --ledger, which knows what failed");
  if (ledger && IsPattern(src_dir)) {
    throw beam::UsageError(
        "--ledger needs --src_dir to be a folder, not a pattern: run the job for each of its folders");
  }
  step.Validate();
}

std::string TranscodeOptions::NothingMatched() const {
  return klay::NothingMatched({"--src_dir", "--audio_suffix"}, src_dir, audio_suffix);
}

void PlanTranscodeJob(beam::Pipeline& p, const TranscodeOptions& options, PlanDepth depth) {
  const auto [to_do, completed, misplaced] = FilesToDo(p, options, false);
  const auto looked_at = FilesToLookAt(to_do, depth);
  const auto [planned, too_short, broken] = looked_at | beam::ParDo("Plan", PlanTranscode{options.Step()});
  const auto plans = planned | beam::ParDo("Plan Of File", PlanOfFile{options.ledger});
  if (options.ledger) PlanLedger(p, options.Ledger().folder);
  ReportPlans(to_do, looked_at, plans, depth);
  if (depth == PlanDepth::kSample) {
    ReportSkipped(completed);
    ReportBroken(beam::Flatten("Of The Sample", too_short, broken), depth);
    return ReportFailures(misplaced);
  }
  planned | beam::ForEach("Log Plan", [](const PlannedFile& file) { LogPlan(file); });
  const auto skipped = beam::Flatten("Skipped", completed, too_short);
  skipped | beam::ForEach("Log Skips", [](const Failure& file) {
    beam::LogInfo("would skip " + Printable(file.path) + ": " + file.reason);
  });
  ReportSkipped(skipped);
  ReportFailures(beam::Flatten("Failed", misplaced, broken));
}

void RunTranscode(beam::Pipeline& p, const TranscodeOptions& options) {
  const auto [to_do, completed, misplaced] = FilesToDo(p, options, true);
  auto [done, too_short, broken, outcomes] =
      to_do | beam::Reshuffle("Prevent Fusion") | beam::ReadMatches("Read") | beam::ParDo("Transcode", options.Step());
  done | beam::Count("Count Files") | beam::ForEach("Log Count", [](std::int64_t n) { total_files.Set(n); });
  ReportSeconds(done | beam::Map("Seconds", [](const TranscodedFile& file) { return file.seconds; }));
  if (options.ledger) outcomes | beam::ParDo("Record Outcomes", RecordOutcomes{options.Ledger()});
  ReportSkipped(beam::Flatten("Skipped", completed, too_short));
  ReportFailures(beam::Flatten("Failed", misplaced, broken));
}

}  // namespace klay
