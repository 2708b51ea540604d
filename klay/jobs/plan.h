// The plan of a job (--dry_run): its inputs are listed, headers are read, and only what would be done is told.
#pragma once

#include <cstdint>
#include <optional>

#include "beam/io/file_metadata.h"
#include "beam/io/readable_file.h"
#include "beam/model/pcollection.h"
#include "klay/audio/decode_report.h"
#include "klay/transforms/elements.h"

namespace klay {

// Whose headers are read.
enum class PlanDepth {
  kEveryFile,  // each is told of; sums are as exact as headers are
  kSample,     // some, chosen by a hash of their paths: the same ones in every run
};
inline constexpr std::int64_t kSampleFiles = 64;

// What the header of a good file tells.
struct FilePlan {
  std::int64_t source_bytes = 0;
  double seconds = 0;                             // of audio
  std::optional<std::int64_t> target_bytes = {};  // nothing where that cannot be known
  std::int64_t looks = 0;                         // requests to a store
  std::int64_t writes = 0;                        // likewise
};

// The files whose headers are to be read.
beam::PCollection<beam::ReadableFile> FilesToLookAt(const beam::PCollection<beam::FileMetadata>& files,
                                                    PlanDepth depth);

// Sets the gauges of a dry run (totals.h). `looked_at` is of FilesToLookAt(), `plans` of the good ones among them.
void ReportPlans(const beam::PCollection<beam::FileMetadata>& files,
                 const beam::PCollection<beam::ReadableFile>& looked_at, const beam::PCollection<FilePlan>& plans,
                 PlanDepth depth);

// Of those that were looked at. In a sample they are logged, and stand for others: none is counted as failed.
void ReportBroken(const beam::PCollection<Failure>& broken, PlanDepth depth);

// The whole plan of a job that decodes all files and writes none.
void PlanDecoding(const beam::PCollection<beam::FileMetadata>& files, OnDamage on_damage, PlanDepth depth);

}  // namespace klay
