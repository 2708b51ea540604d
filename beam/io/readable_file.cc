#include "beam/io/readable_file.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "beam/base/error.h"
#include "beam/base/utf8.h"
#include "beam/io/file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/path_text.h"

namespace beam {
namespace {

constexpr std::uint64_t kFirstBlock = 64 * 1024;

[[noreturn]] void ThrowTooLong(const ByteSource& source, std::uint64_t limit) {
  throw Error(internal::Quoted(source.path()) + " has more than " + std::to_string(limit)
              + " bytes, the most that may be read in one piece: raise the limit, or read it in parts through Open()");
}

[[noreturn]] void ThrowChanged(const std::string& path, const std::string& what) {
  throw Error(internal::Quoted(path) + " was " + what
              + "; do not change inputs during a run, and run again for this one");
}

}  // namespace

std::string ReadAll(ByteSource& source, std::uint64_t limit) {
  const std::optional<std::uint64_t> size = source.Size();
  if (size && *size > limit) ThrowTooLong(source, limit);
  std::string content;
  // One byte more than is expected, so that the end is seen without growing the string.
  std::uint64_t next_size = size ? *size + 1 : kFirstBlock;
  std::size_t filled = 0;
  for (;;) {
    if (filled == content.size()) {
      content.resize(std::max<std::uint64_t>(next_size, filled + 1));
      next_size = std::max<std::uint64_t>(kFirstBlock, std::uint64_t{content.size()} * 2);
    }
    const std::size_t count = source.Read(content.data() + filled, content.size() - filled);
    filled += count;
    if (filled > limit) ThrowTooLong(source, limit);
    if (count == 0) break;
  }
  content.resize(filled);
  return content;
}

std::unique_ptr<ByteSource> ReadableFile::Open() const {
  std::unique_ptr<ByteSource> source = FileSystemFor(metadata.path)->OpenRead(metadata.path);
  if (metadata.version != 0) {
    const std::int64_t version = source->Version();
    const bool is_listed = (version == 0 || version == metadata.version)
        && source->Size().value_or(static_cast<std::uint64_t>(metadata.size_in_bytes))
            == static_cast<std::uint64_t>(metadata.size_in_bytes);
    if (!is_listed) ThrowChanged(metadata.path, "changed or replaced after it was listed");
  }
  return Decompress(std::move(source), compression);
}

void ReadableFile::CheckUnchanged() const {
  if (metadata.last_updated_in_seconds == 0 || metadata.version != 0) return;
  const std::optional<FileStatus> now = FileSystemFor(metadata.path)->Status(metadata.path);
  if (now && now->kind == FileKind::kFile && now->metadata == metadata) return;
  ThrowChanged(metadata.path, now ? "changed or replaced while it was read" : "deleted while it was read");
}

std::string ReadableFile::Read(std::uint64_t limit) const { return ReadAll(*Open(), limit); }

std::string ReadableFile::ReadUtf8(std::uint64_t limit) const {
  std::string content = Read(limit);
  if (const std::optional<std::size_t> offset = internal::FindInvalidUtf8(content)) {
    throw Error(internal::Quoted(metadata.path) + " is not UTF-8 text: byte " + std::to_string(*offset)
                + " does not belong to a character; convert it to UTF-8, or read it as bytes");
  }
  return content;
}

}  // namespace beam
