#include "klay/transforms/skip_completed.h"

#include <optional>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "klay/path/path.h"
#include "klay/transforms/ledger_index.h"
#include "klay/transforms/ledger_segments.h"
#include "klay/transforms/load_audio.h"
#include "klay/transforms/record_outcomes.h"
#include "klay/transforms/target_folders.h"
#include "klay/transforms/target_ranges.h"

namespace klay {

static_assert(SkipCompleted::kBatch == internal::TargetRanges::kPage);

std::string TargetPath(const std::string& path, const std::string& old_suffix, const std::string& new_suffix,
                       const std::string& source_dir, const std::string& target_dir) {
  return ReplaceSuffix(source_dir.empty() ? path : MovePath(path, source_dir, target_dir), old_suffix, new_suffix);
}

void SkipCompleted::Validate() const {
  if (new_suffixes.empty()) throw beam::UsageError("SkipCompleted has no new_suffixes: give what results end in");
  if (source_dir.empty() != target_dir.empty()) {
    throw beam::UsageError("SkipCompleted has one of source_dir and target_dir: give both or neither");
  }
}

// What was there when the run began.
class internal::CompletedFiles {
 public:
  explicit CompletedFiles(const SkipCompleted& step)
      : folders_(TargetFolders::Get(step.delete_abandoned ? TargetFolders::Abandoned::kDelete
                                                          : TargetFolders::Abandoned::kLeave)) {
    if (step.ledger.used()) ledger_ = LedgerIndex::Get(LedgerFolder(step.ledger.folder));
  }

  // Why `file`, which has these targets, is skipped; null if it is to be done.
  const char* ReasonToSkip(const SkipCompleted& step, const beam::FileMetadata& file,
                           const std::vector<std::string>& targets) const {
    const LedgerEntry* record = nullptr;
    if (ledger_ != nullptr) {
      record = ledger_->Find(LedgerKey(LedgerInput(step.ledger, file.path)));
      const std::uint64_t state = LedgerState(file.size_in_bytes, file.last_updated_in_seconds, step.ledger.parameters,
                                              step.ledger.version, FileResult::kDone);
      if (record == nullptr || !SameState(record->state, state)) return nullptr;
      if (record->outcome() == FileResult::kSkipped)
        return "it was skipped before, as it has no output (see the ledger)";
      if (record->outcome() == FileResult::kFailed) {
        return step.ledger.retry_failed ? nullptr : "it failed before (see the ledger), and is not tried again";
      }
    }
    std::uint64_t times = 0;
    for (const std::string& target : targets) {
      const std::optional<double> time = folders_->CompletedAt(target, step.target_dir);
      if (!time || (step.check_timestamp && *time < file.last_updated_in_seconds)) return nullptr;
      times = AddTargetTime(times, *time);
    }
    // Another run may have made them since, with other parameters, and was killed before it recorded that.
    if (record != nullptr && record->targets != times) return nullptr;
    return "it is done already";
  }

 private:
  std::shared_ptr<TargetFolders> folders_;
  std::shared_ptr<const LedgerIndex> ledger_;  // null where there is none
};

SkipCompleted::Completed SkipCompleted::Setup() const {
  Validate();
  return std::make_shared<internal::CompletedFiles>(*this);
}

void SkipCompleted::ProcessElement(Completed& completed, const beam::FileMetadata& file,
                                   beam::Output<beam::FileMetadata, "to_do"> to_do,
                                   beam::Output<Failure, "skipped"> skipped,
                                   beam::Output<Failure, "failed"> failed) const {
  const char* reason = nullptr;
  try {
    // Also where nothing is looked at, so that a source outside of source_dir fails in either case.
    std::vector<std::string> targets;
    targets.reserve(new_suffixes.size());
    for (const std::string& suffix : new_suffixes) {
      targets.push_back(TargetPath(file.path, old_suffix, suffix, source_dir, target_dir));
    }
    if (!overwrite) reason = completed->ReasonToSkip(*this, file, targets);
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const internal::ListingError&) {
    throw;  // nothing can be said of any file: the run cannot go on
  } catch (const beam::Error& error) {
    return failed.Emit({file.path, error.what()});
  }
  if (reason != nullptr) {
    files_skipped.Inc();
    bytes_taken.Inc(file.size_in_bytes);
    skipped.Emit({file.path, reason});
  } else {
    to_do.Emit(file);
  }
}

}  // namespace klay
