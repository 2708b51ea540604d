// The input files of a job: what a folder and a suffix on the command line mean.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "beam/io/file_metadata.h"
#include "beam/model/metrics.h"
#include "beam/model/pcollection.h"

namespace klay {

// The files below `folder` whose names end in `suffix` (InputPattern()), counted as they are listed, so that progress
// knows how much there is to do.
beam::PCollection<beam::FileMetadata> MatchInputs(beam::Pipeline& p, const std::string& folder,
                                                  const std::string& suffix);
inline const beam::Counter files_matched("klay", "files_matched");
inline const beam::Counter bytes_matched("klay", "bytes_matched");

// Whether a path is of this machine, not of a store.
bool IsLocal(const std::string& path);

// A flag whose value is a path that workers read from or write to; empty: not given.
struct PathFlag {
  const char* flag;
  std::string path;
};

// Throws UsageError, naming the flag and the next step, for one that is of this machine.
void CheckSeenByAll(const std::vector<PathFlag>& paths);

// Throws UsageError, naming the flag and the next step, unless `folder` can be listed. Folders of object stores exist
// only through what is in them, so of those only the scheme is checked.
void CheckFolder(const std::string& flag, const std::string& folder);

// "mp3" and ".mp3" mean the same; a suffix with a dot anywhere is taken as it is.
std::string NormalizedSuffix(const std::string& suffix);

// Whether `folder` is a pattern of several folders, as no local folder has that name.
bool IsPattern(const std::string& folder);

// The pattern of all files below `folder`, at every depth, whose names end in `suffix`. A local folder that exists is
// taken by its name, whatever characters that has; otherwise it may be a pattern itself.
std::string InputPattern(const std::string& folder, const std::string& suffix);

// The flags that name them.
struct InputFlags {
  std::string folder;
  std::string suffix;
};

// Why nothing matched, as one sentence with the next step; looks once more into the folder for it.
std::string NothingMatched(const InputFlags& flags, const std::string& folder, const std::string& suffix);

}  // namespace klay
