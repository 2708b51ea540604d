// PlanTranscode: what Transcode would make of files, without making it: the headers are read, and nothing is written.
//
//   auto [planned, skipped, failed] = files | beam::ParDo("Plan", klay::PlanTranscode{step});
//
// Only where a header says nothing of the length, and there is no bit rate to guess it from, is a file decoded. Damage
// behind the header is not found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "beam/io/readable_file.h"
#include "beam/model/output.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/transcode.h"

namespace klay {

struct PlannedFile {
  std::string path;
  std::string target;
  std::int64_t source_bytes = 0;
  double seconds = 0;  // of audio in the target; a guess where the header of the source does not tell
  std::optional<std::int64_t> target_bytes = {};  // as ExpectedFileBytes() says it
};

struct PlanTranscode {
  Transcode step;

  void ProcessElement(const beam::ReadableFile& file, beam::Output<PlannedFile, "planned"> planned,
                      Transcode::Skipped skipped, Transcode::Failed failed) const;
};

}  // namespace klay
