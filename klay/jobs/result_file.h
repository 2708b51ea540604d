// Files that a flag names for the results of a run. They are opened before it, so that a path that cannot be written is
// known before hours of work.
#pragma once

#include <memory>
#include <string>

#include "beam/base/byte_sink.h"

namespace klay {

// Null where `path` is empty. Throws UsageError, naming the flag. Nothing is there until the sink is finished.
std::unique_ptr<beam::ByteSink> OpenResult(const std::string& flag, const std::string& path);

// Throws UsageError, naming the flag, unless `path` is empty or can be written. Leaves nothing there but its folders.
void CheckResult(const std::string& flag, const std::string& path);

}  // namespace klay
