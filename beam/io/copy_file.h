// Files copied through this process.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "beam/base/byte_source.h"
#include "beam/io/file_metadata.h"
#include "beam/io/file_system.h"

namespace beam::internal {

// Gives all bytes to `each`, in blocks whose lengths depend on their number alone. Throws Cancelled if the run is
// stopped.
void ReadBlocks(ByteSource& source, const std::function<void(std::string_view block)>& each);

// FileSystem::Copy() from any file system to any other. `each`, if there is one, sees the blocks. What a store does not
// tell by itself, it is asked for: that it has as many bytes as there were.
void CopyFile(FileSystem& source, const FileMetadata& from, FileSystem& target, const std::string& to,
              const std::function<void(std::string_view block)>& each = nullptr);

}  // namespace beam::internal
