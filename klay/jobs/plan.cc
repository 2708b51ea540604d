#include "klay/jobs/plan.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "beam/base/error.h"
#include "beam/base/hash.h"
#include "beam/base/log.h"
#include "beam/io/expected_requests.h"
#include "beam/io/read_matches.h"
#include "beam/model/output.h"
#include "beam/transforms/combine.h"
#include "beam/transforms/map.h"
#include "beam/transforms/par_do.h"
#include "beam/transforms/reshuffle.h"
#include "beam/transforms/top.h"
#include "klay/audio/decoder.h"
#include "klay/audio/load_waveform.h"
#include "klay/jobs/inputs.h"
#include "klay/jobs/printable.h"
#include "klay/jobs/report_failures.h"
#include "klay/jobs/totals.h"
#include "klay/transforms/counters.h"

namespace klay {
namespace {

struct FileSums {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t reads = 0;
};

struct SumFiles {
  FileSums CreateAccumulator() const { return {}; }
  void AddInput(FileSums& sums, const beam::FileMetadata& file) const {
    ++sums.files;
    sums.bytes += file.size_in_bytes;
    if (!IsLocal(file.path)) sums.reads += beam::ExpectedReads(file.size_in_bytes);
  }
  void MergeAccumulators(FileSums& into, const FileSums& other) const {
    into.files += other.files;
    into.bytes += other.bytes;
    into.reads += other.reads;
  }
  FileSums ExtractOutput(const FileSums& sums) const { return sums; }
};

struct PlanSums {
  std::int64_t files = 0;
  std::int64_t source_bytes = 0;
  std::int64_t microseconds = 0;
  std::int64_t target_bytes = 0;
  std::int64_t unknown_sizes = 0;
  std::int64_t looks = 0;
  std::int64_t writes = 0;
};

struct SumPlans {
  PlanSums CreateAccumulator() const { return {}; }
  void AddInput(PlanSums& sums, const FilePlan& file) const {
    ++sums.files;
    sums.source_bytes += file.source_bytes;
    sums.microseconds += std::llround(file.seconds * 1e6);
    sums.target_bytes += file.target_bytes.value_or(0);
    sums.unknown_sizes += file.target_bytes ? 0 : 1;
    sums.looks += file.looks;
    sums.writes += file.writes;
  }
  void MergeAccumulators(PlanSums& into, const PlanSums& other) const {
    into.files += other.files;
    into.source_bytes += other.source_bytes;
    into.microseconds += other.microseconds;
    into.target_bytes += other.target_bytes;
    into.unknown_sizes += other.unknown_sizes;
    into.looks += other.looks;
    into.writes += other.writes;
  }
  PlanSums ExtractOutput(const PlanSums& sums) const { return sums; }
};

// By the header, or a guess by the bit rate; where neither tells, everything is decoded.
double SecondsOf(const beam::ReadableFile& file, OnDamage on_damage) {
  const std::unique_ptr<beam::ByteSource> source = file.Open();
  const AudioDecoder decoder(*source, {.on_damage = on_damage});
  const AudioInfo& info = decoder.info();
  std::optional<std::int64_t> frames = info.frames_from_header;
  if (!frames) frames = info.frames_estimate;
  if (!frames) frames = CheckAudio(*file.Open(), DecodeOptions{.on_damage = on_damage}).frames;
  return info.sample_rate == 0 ? 0 : static_cast<double>(*frames) / info.sample_rate;
}

struct LookAtHeader {
  OnDamage on_damage = OnDamage::kFail;

  void ProcessElement(const beam::ReadableFile& file, beam::Output<FilePlan, "plans"> plans,
                      beam::Output<Failure, "broken"> broken) const {
    const std::int64_t bytes = file.metadata.size_in_bytes;
    bytes_taken.Inc(bytes);
    try {
      const double seconds = SecondsOf(file, on_damage);
      files_loaded.Inc();
      audio_milliseconds.Inc(std::llround(seconds * 1000));
      plans.Emit({.source_bytes = bytes, .seconds = seconds, .target_bytes = 0});
    } catch (const beam::Cancelled&) {
      throw;
    } catch (const beam::Error& error) {
      files_failed.Inc();
      broken.Emit({file.metadata.path, error.what()});
    }
  }
};

}  // namespace

beam::PCollection<beam::ReadableFile> FilesToLookAt(const beam::PCollection<beam::FileMetadata>& files,
                                                    PlanDepth depth) {
  beam::PCollection<beam::FileMetadata> some = files;
  if (depth == PlanDepth::kSample) {
    some = files
        | beam::Top("Sample", kSampleFiles,
                    [](const beam::FileMetadata& a, const beam::FileMetadata& b) {
                      return beam::HashBytes(a.path) < beam::HashBytes(b.path);
                    })
        | beam::FlatMap("Sampled Files", [](const std::vector<beam::FileMetadata>& sample) { return sample; });
  }
  return some | beam::Reshuffle("Prevent Fusion") | beam::ReadMatches("Read");
}

void ReportPlans(const beam::PCollection<beam::FileMetadata>& files,
                 const beam::PCollection<beam::ReadableFile>& looked_at, const beam::PCollection<FilePlan>& plans,
                 PlanDepth depth) {
  const auto all = files | beam::CombineGlobally("Sum Files", SumFiles{});
  all | beam::ForEach("Log Files", [](const FileSums& sums) {
    is_dry_run.Set(1);
    files_to_do.Set(sums.files);
    bytes_to_do.Set(sums.bytes);
    reads_to_do.Set(sums.reads);
  });
  looked_at
      | beam::Map("Metadata", [](const beam::ReadableFile& file) { return file.metadata; })
      | beam::CombineGlobally("Sum Looked At", SumFiles{})
      | beam::ForEach("Log Looked At", [](const FileSums& sums) {
          files_looked_at.Set(sums.files);
          bytes_looked_at.Set(sums.bytes);
        });
  const auto good = plans | beam::CombineGlobally("Sum Plans", SumPlans{});
  good | beam::ForEach("Log Plans", [](const PlanSums& sums) {
    total_microseconds.Set(sums.microseconds);
    planned_source_bytes.Set(sums.source_bytes);
    planned_target_bytes.Set(sums.target_bytes);
    planned_unknown_sizes.Set(sums.unknown_sizes);
    planned_looks.Set(sums.looks);
    planned_writes.Set(sums.writes);
  });
  if (depth == PlanDepth::kSample) {
    all | beam::ForEach("Log Count", [](const FileSums& sums) { total_files.Set(sums.files); });
  } else {
    good | beam::ForEach("Log Count", [](const PlanSums& sums) { total_files.Set(sums.files); });
  }
}

void ReportBroken(const beam::PCollection<Failure>& broken, PlanDepth depth) {
  if (depth == PlanDepth::kEveryFile) return ReportFailures(broken);
  broken | beam::ForEach("Log Broken", [](const Failure& file) {
    beam::LogWarning("of the sample, this one will fail: " + Printable(file.path) + ": " + Printable(file.reason));
  });
}

void PlanDecoding(const beam::PCollection<beam::FileMetadata>& files, OnDamage on_damage, PlanDepth depth) {
  const auto looked_at = FilesToLookAt(files, depth);
  const auto [plans, broken] = looked_at | beam::ParDo("Look At Header", LookAtHeader{on_damage});
  ReportPlans(files, looked_at, plans, depth);
  ReportBroken(broken, depth);
}

}  // namespace klay
