// MatchCursor: the files that a pattern matches, one after the other, with bounded memory, and resumable.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "beam/io/file_metadata.h"
#include "beam/io/file_system.h"
#include "beam/io/glob.h"

namespace beam {

// What a pattern that matches nothing is.
enum class EmptyMatchTreatment {
  kAllow,            // an empty result
  kDisallow,         // an Error
  kAllowIfWildcard,  // an empty result for a pattern with '*', an Error for others; Beam's default
};

// Not thread-safe. Owns the listing; several threads may look ahead for it.
//
// A pattern with wildcards (glob.h) gives files only, in ascending order of their paths' bytes; a folder of a matching
// name is not a match, a FIFO or a link to nothing is, so that its reader can report it. A pattern without wildcards
// gives what is there under that name, be it a folder. `start_after` is the path that a former cursor for the same
// pattern gave last; this one goes on behind it.
class MatchCursor {
 public:
  explicit MatchCursor(std::string pattern, std::string start_after = {},
                       EmptyMatchTreatment empty = EmptyMatchTreatment::kAllowIfWildcard);

  // The next match, or nothing at the end. Throws Error if a folder cannot be read, or for an empty result that is not
  // allowed.
  std::optional<FileMetadata> Next();

 private:
  void ThrowIfEmptyIsAnError() const;

  const std::shared_ptr<const Glob> glob_;
  const std::shared_ptr<FileSystem> file_system_;
  const EmptyMatchTreatment empty_;
  bool found_;
  bool over_ = false;
  std::unique_ptr<FileListing> listing_;  // null for a pattern without wildcards
};

}  // namespace beam
