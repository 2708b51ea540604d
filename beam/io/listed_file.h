// A file as a listing told of it: whoever reads or copies it gets that, or is told that it is another one by now.
#pragma once

#include <memory>

#include "beam/base/byte_source.h"
#include "beam/io/file_metadata.h"
#include "beam/io/file_system.h"

namespace beam::internal {

// Throws Error where it is to be seen at once that another file is there: by its version, where the store numbers
// files.
std::unique_ptr<ByteSource> OpenListed(FileSystem& files, const FileMetadata& listed);

// Behind the last byte, where it was not seen at once: by a look at it, if it told its time. Throws Error.
void CheckUnchanged(FileSystem& files, const FileMetadata& listed);

}  // namespace beam::internal
