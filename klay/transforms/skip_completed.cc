#include "klay/transforms/skip_completed.h"

#include <optional>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "klay/path/path.h"
#include "klay/transforms/load_audio.h"
#include "klay/transforms/target_folders.h"

namespace klay {

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

std::shared_ptr<internal::TargetFolders> SkipCompleted::Setup() const {
  Validate();
  return internal::TargetFolders::Get();
}

void SkipCompleted::ProcessElement(std::shared_ptr<internal::TargetFolders>& folders, const beam::FileMetadata& file,
                                   beam::Output<beam::FileMetadata, "to_do"> to_do,
                                   beam::Output<beam::FileMetadata, "skipped"> skipped,
                                   beam::Output<Failure, "failed"> failed) const {
  bool completed = !overwrite;
  try {
    for (const std::string& suffix : new_suffixes) {
      // Also where nothing is looked at, so that a source outside of source_dir fails in either case.
      const std::string target = TargetPath(file.path, old_suffix, suffix, source_dir, target_dir);
      if (!completed) continue;
      const std::optional<double> time = folders->CompletedAt(target);
      completed = time && !(check_timestamp && *time < file.last_updated_in_seconds);
    }
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const internal::ListingError&) {
    throw;  // nothing can be said of any file: the run cannot go on
  } catch (const beam::Error& error) {
    return failed.Emit({file.path, error.what()});
  }
  if (completed) {
    files_skipped.Inc();
    bytes_taken.Inc(file.size_in_bytes);
    skipped.Emit(file);
  } else {
    to_do.Emit(file);
  }
}

}  // namespace klay
