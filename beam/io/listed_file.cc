#include "beam/io/listed_file.h"

#include <cstdint>
#include <optional>
#include <string>

#include "beam/base/error.h"
#include "beam/io/path_text.h"

namespace beam::internal {
namespace {

[[noreturn]] void ThrowChanged(const std::string& path, const std::string& what) {
  throw Error(Quoted(path) + " was " + what + "; do not change inputs during a run, and run again for this one");
}

}  // namespace

std::unique_ptr<ByteSource> OpenListed(FileSystem& files, const FileMetadata& listed) {
  std::unique_ptr<ByteSource> source = files.OpenRead(listed.path);
  if (listed.version != 0) {
    const std::int64_t version = source->Version();
    const auto size = static_cast<std::uint64_t>(listed.size_in_bytes);
    const bool is_listed = (version == 0 || version == listed.version) && source->Size().value_or(size) == size;
    if (!is_listed) ThrowChanged(listed.path, "changed or replaced after it was listed");
  }
  return source;
}

void CheckUnchanged(FileSystem& files, const FileMetadata& listed) {
  if (listed.last_updated_in_seconds == 0 || listed.version != 0) return;
  const std::optional<FileStatus> now = files.Status(listed.path);
  if (now && now->kind == FileKind::kFile && now->metadata == listed) return;
  ThrowChanged(listed.path, now ? "changed or replaced while it was read" : "deleted while it was read");
}

}  // namespace beam::internal
