// Copying files between folders of any two stores.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "beam/io/file_metadata.h"

namespace klay {

struct CopySettings {
  int threads = 16;        // files at a time: stores take longer to answer than to send
  bool overwrite = false;  // copy also what is there
  bool verify = false;     // read each copy back, and compare
};

struct CopyCounts {
  std::int64_t done = 0;
  std::int64_t skipped = 0;
  std::int64_t failed = 0;
  std::int64_t bytes = 0;
};

// Copies one file; the copy appears whole or not at all. Within a store that copies by itself the bytes do not come
// here, unless they are to be verified. Throws Error, which names one of both, also if the source was changed meanwhile
// or the copy is not of its size: a store that does not tell by itself what it has is asked.
void CopyFile(const beam::FileMetadata& source, const std::string& target, bool verify);

// Whether `target` need not be copied again: of the same size, and not older. Where a store tells whole seconds, a copy
// that was made in the second of its source's change counts as older, since of the two either may have come first: it
// is made once more, and no change is ever missed.
bool IsCopied(const beam::FileMetadata& source, const beam::FileMetadata& target);

// Copies what `next` gives (called by one thread at a time; false at the end), each file's path less its first
// `prefix_size` bytes appended to `target_folder`, which ends in '/'. The paths come in ascending order, so that one
// listing of the target says what is there. `failed` is called, by one thread at a time, with a sentence for each file
// that could not be copied, as one whose name would lead out of a target that has folders. Throws what `next` throws,
// and Cancelled.
CopyCounts CopyFiles(const std::function<bool(beam::FileMetadata& file)>& next, std::size_t prefix_size,
                     const std::string& target_folder, const CopySettings& settings,
                     const std::function<void(const std::string& sentence)>& failed);

}  // namespace klay
