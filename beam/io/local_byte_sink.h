// Writing one local file.
#pragma once

#include <memory>
#include <string>

#include "beam/io/byte_sink.h"

namespace beam::internal {

// Opens a hidden file beside `path`, whose folder must exist; Finish() syncs it to the disk and renames it to `path`.
std::unique_ptr<ByteSink> CreateLocalFile(const std::string& path);

}  // namespace beam::internal
