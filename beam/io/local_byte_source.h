// Reading one local file.
#pragma once

#include <memory>
#include <string>

#include "beam/base/byte_source.h"

namespace beam::internal {

// Opens the regular file at `path`. Small reads are served from a buffer, large ones go straight to the caller's
// memory; the kernel is told that a large file is read from front to back. What is appended after the opening is not
// read. Throws Error if it cannot
// be opened or is not a regular file; a FIFO or a device is refused without waiting for its other end.
std::unique_ptr<ByteSource> OpenLocalFile(const std::string& path);

}  // namespace beam::internal
