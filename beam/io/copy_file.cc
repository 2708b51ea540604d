#include "beam/io/copy_file.h"

#include <cstdint>
#include <memory>
#include <optional>

#include "beam/base/byte_sink.h"
#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/io/listed_file.h"
#include "beam/io/path_text.h"

namespace beam::internal {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

// Of what was written just now.
void CheckSize(FileSystem& files, const std::string& path, std::int64_t size) {
  const std::optional<FileStatus> written = files.Status(path);
  if (written && written->metadata.size_in_bytes == size) return;
  throw Error(Quoted(path) + " was written with " + std::to_string(size) + " bytes and "
              + (written ? "has " + std::to_string(written->metadata.size_in_bytes) : "is not there")
              + ": somebody else writes it, too; copy it again");
}

}  // namespace

void ReadBlocks(ByteSource& source, const std::function<void(std::string_view block)>& each) {
  std::string block(kBlockBytes, '\0');
  for (std::size_t size = kBlockBytes; size == kBlockBytes;) {
    ThrowIfCancelled();
    size = 0;
    while (size < kBlockBytes) {
      const std::size_t count = source.Read(block.data() + size, kBlockBytes - size);
      if (count == 0) break;
      size += count;
    }
    each(std::string_view(block.data(), size));
  }
}

void CopyFile(FileSystem& source, const FileMetadata& from, FileSystem& target, const std::string& to,
              const std::function<void(std::string_view block)>& each) {
  const std::unique_ptr<ByteSource> in = OpenListed(source, from);
  const std::unique_ptr<ByteSink> out = target.OpenWrite(to);
  std::int64_t size = 0;
  ReadBlocks(*in, [&](std::string_view block) {
    out->Write(block.data(), block.size());
    size += static_cast<std::int64_t>(block.size());
    if (each) each(block);
  });
  CheckUnchanged(source, from);
  out->Finish();
  if (!out->IsConfirmed()) CheckSize(target, to, size);
}

}  // namespace beam::internal
