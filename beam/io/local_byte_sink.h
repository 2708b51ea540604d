// Writing local files.
//
// What is being written has no name at all where the file system can do that (O_TMPFILE), so that even a killed process
// leaves nothing; elsewhere it is a hidden file beside the target, locked while it is written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "beam/base/byte_sink.h"

namespace beam::internal {

// The folder of `path` must exist. Finish() syncs the file to the disk and gives it its name. With `hidden`, a hidden
// file is used in any case.
std::unique_ptr<ByteSink> CreateLocalFile(const std::string& path, bool hidden = false);

// Finishes several sinks that CreateLocalFile made, with few waits for the disk. What failed is empty where all went
// well, and otherwise the sink's error.
std::vector<std::string> FinishLocalFiles(const std::vector<ByteSink*>& sinks);

// Whether `path` is a hidden file, made here, whose writer is gone; it is deleted then.
bool RemoveAbandonedFile(const std::string& path);

}  // namespace beam::internal
