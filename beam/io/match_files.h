// MatchFiles and MatchAll: from patterns to the files they match.
//
//   p | MatchFiles("Match", "gs://music/**.mp3")          // at the start of a pipeline; or several patterns
//     | Reshuffle("Prevent Fusion")                       // so that other threads and machines take matches
//     | ReadMatches("Read")
//   patterns | MatchAll("Match")                          // of a PCollection<std::string>
//
// The rules of patterns are in glob.h, what a match is in match_cursor.h. The file system is chosen by the pattern's
// scheme. Matches flow on while the listing goes on: the next step starts with the first file, and memory does not grow
// with their number. A folder that cannot be read, and an empty match where it is not allowed, fail the step.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "beam/io/file_metadata.h"
#include "beam/io/match_cursor.h"
#include "beam/io/parked_cursors.h"
#include "beam/model/resume.h"
#include "beam/transforms/create.h"
#include "beam/transforms/par_do.h"

namespace beam {
namespace internal {

struct MatchFn {
  EmptyMatchTreatment empty = EmptyMatchTreatment::kAllow;

  std::shared_ptr<ParkedCursors> Setup() const { return ParkedCursors::Get(); }

  void ProcessElement(std::shared_ptr<ParkedCursors>& parked, const std::string& pattern, Resume& resume,
                      Output<FileMetadata> out) const {
    std::unique_ptr<MatchCursor> cursor = parked->Take(pattern, resume.token(), empty);
    while (std::optional<FileMetadata> match = cursor->Next()) {
      if (!resume.ShouldYield()) {
        out.Emit(*std::move(match));
        continue;
      }
      const std::string token = match->path;
      out.Emit(*std::move(match));
      parked->Park(pattern, token, empty, std::move(cursor));
      return resume.Yield(token);
    }
  }
};

struct MatchAllTransform {
  EmptyMatchTreatment empty;

  PCollection<FileMetadata> Expand(const PCollection<std::string>& patterns) const {
    return patterns | ParDo("Match", MatchFn{empty});
  }
};

struct MatchFilesTransform {
  std::vector<std::string> patterns;
  EmptyMatchTreatment empty;

  PCollection<FileMetadata> Expand(Pipeline& pipeline) const {
    return pipeline | Create("Patterns", patterns) | ParDo("Match", MatchFn{empty});
  }
};

}  // namespace internal

inline internal::Labelled<internal::MatchFilesTransform> MatchFiles(
    std::string label, std::vector<std::string> patterns,
    EmptyMatchTreatment empty = EmptyMatchTreatment::kAllowIfWildcard) {
  return {std::move(label), {std::move(patterns), empty}};
}
inline internal::Labelled<internal::MatchFilesTransform> MatchFiles(
    std::string label, std::string pattern, EmptyMatchTreatment empty = EmptyMatchTreatment::kAllowIfWildcard) {
  return MatchFiles(std::move(label), std::vector<std::string>{std::move(pattern)}, empty);
}
// Without this one, {"a", "b"} would be taken for the two ends of one string.
inline internal::Labelled<internal::MatchFilesTransform> MatchFiles(
    std::string label, std::initializer_list<const char*> patterns,
    EmptyMatchTreatment empty = EmptyMatchTreatment::kAllowIfWildcard) {
  return MatchFiles(std::move(label), std::vector<std::string>(patterns.begin(), patterns.end()), empty);
}

inline internal::Labelled<internal::MatchAllTransform> MatchAll(
    std::string label, EmptyMatchTreatment empty = EmptyMatchTreatment::kAllow) {
  return {std::move(label), {empty}};
}

}  // namespace beam
