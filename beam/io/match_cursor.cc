#include "beam/io/match_cursor.h"

#include <string_view>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/file_systems.h"
#include "beam/io/path_text.h"

namespace beam {

MatchCursor::MatchCursor(std::string pattern, std::string start_after, EmptyMatchTreatment empty)
    : glob_(std::make_shared<const Glob>(std::move(pattern))),
      file_system_(FileSystemFor(glob_->pattern())),
      empty_(empty),
      found_(!start_after.empty()) {
  if (!glob_->has_wildcard()) return;
  ListOptions options;
  options.start_after = std::move(start_after);
  options.keep = [glob = glob_](std::string_view path) { return glob->Matches(path); };
  options.descend = [glob = glob_](std::string_view folder) { return glob->MayMatchBelow(folder); };
  listing_ = file_system_->List(std::string(glob_->literal_prefix()), options);
}

std::optional<FileMetadata> MatchCursor::Next() {
  if (over_) return std::nullopt;
  FileMetadata match;
  if (listing_ && listing_->Next(match)) {
    found_ = true;
    return match;
  }
  over_ = true;
  if (!listing_ && !found_) {
    if (std::optional<FileStatus> status = file_system_->Status(glob_->pattern())) return std::move(status->metadata);
  }
  if (!found_) ThrowIfEmptyIsAnError();
  return std::nullopt;
}

void MatchCursor::ThrowIfEmptyIsAnError() const {
  const std::string& pattern = glob_->pattern();
  const bool allowed = empty_ == EmptyMatchTreatment::kAllow
      || (empty_ == EmptyMatchTreatment::kAllowIfWildcard && pattern.find('*') != std::string::npos);
  if (allowed) return;
  if (!glob_->has_wildcard()) throw Error("there is nothing at " + internal::Quoted(pattern) + ": check the path");
  const std::string_view prefix = glob_->literal_prefix();
  const std::size_t slash = prefix.rfind('/');
  std::string text = "no file matches " + internal::Quoted(pattern);
  if (slash != std::string_view::npos && slash > 0) {
    const std::string folder(prefix.substr(0, slash));
    if (!file_system_->Status(folder)) throw Error(text + ": there is no folder " + internal::Quoted(folder));
  }
  throw Error(text + ": check the folder and the end of the names");
}

}  // namespace beam
