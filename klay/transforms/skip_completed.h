// SkipCompleted: lets only those files pass whose results are not there yet, so that a rerun does what is missing.
//
//   auto [to_do, skipped, failed] = p
//       | beam::MatchFiles("Match", "gs://music/**.mp3")
//       | beam::ParDo("Skip Completed", klay::SkipCompleted{".mp3", {".wav"}});
//
// A file is completed when all of its targets are there: its path, without old_suffix, moved from source_dir to
// target_dir (MovePath) where these are given, with each of new_suffixes behind it. Names are literal, never patterns.
// A target counts if it is a file with at least one byte; with check_timestamp, only if it is not older than the
// source. A source that does not lie in source_dir is `failed`.
//
// With a ledger, what it has recorded of a file must be as the file is now, too (ledger.h); and a file that rightly has
// no target, or whose failure is not to be tried again, is skipped.
//
// Each folder of targets is listed once in a run of the process, when the first file asks for it; in gs://, where
// folders are nothing, the targets are listed a thousand at a time as files ask for them. Never is a single target
// looked up. Put it behind MatchFiles, as files then come folder by folder, and the listings of only a few folders are
// held, about 50 bytes a target; where there are very many, with a Reshuffle of batches of kBatch files between, so
// that all threads list (jobs/transcode.cc). What writers that were killed have left in those folders is deleted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "beam/io/file_metadata.h"
#include "beam/model/metrics.h"
#include "beam/model/output.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/ledger.h"

namespace klay {

namespace internal {
class CompletedFiles;
}

struct SkipCompleted {
  std::string old_suffix;
  std::vector<std::string> new_suffixes;
  std::string source_dir = {};  // both or neither
  std::string target_dir = {};
  bool check_timestamp = false;
  bool overwrite = false;  // nothing is skipped, nothing is looked at
  LedgerSettings ledger = {};
  bool delete_abandoned = true;  // false: what writers that were killed have left is left there

  // Of so many files that follow each other, all targets of one suffix in gs:// are known by one request, whatever the
  // order in which the batches come.
  static constexpr std::int64_t kBatch = 999;

  // Throws beam::UsageError for fields that make no sense together. Setup() does so too.
  void Validate() const;

  using Completed = std::shared_ptr<internal::CompletedFiles>;

  Completed Setup() const;
  void ProcessElement(Completed& completed, const beam::FileMetadata& file,
                      beam::Output<beam::FileMetadata, "to_do"> to_do,
                      beam::Output<Failure, "skipped"> skipped,  // with the reason
                      beam::Output<Failure, "failed"> failed) const;
};

// Where the result of `path` belongs, by the rule above. Throws beam::Error if `path` does not lie in source_dir.
std::string TargetPath(const std::string& path, const std::string& old_suffix, const std::string& new_suffix,
                       const std::string& source_dir, const std::string& target_dir);

inline const beam::Counter files_skipped("klay", "files_skipped");

}  // namespace klay
