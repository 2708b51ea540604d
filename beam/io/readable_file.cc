#include "beam/io/readable_file.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "beam/base/error.h"
#include "beam/base/utf8.h"
#include "beam/io/file_systems.h"
#include "beam/io/listed_file.h"
#include "beam/io/path_text.h"

namespace beam {
namespace {

constexpr std::uint64_t kFirstBlock = 64 * 1024;

[[noreturn]] void ThrowTooLong(const ByteSource& source, std::uint64_t limit) {
  throw Error(internal::Quoted(source.path()) + " has more than " + std::to_string(limit)
              + " bytes, the most that may be read in one piece: raise the limit, or read it in parts through Open()");
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
  return Decompress(internal::OpenListed(*FileSystemFor(metadata.path), metadata), compression);
}

void ReadableFile::CheckUnchanged() const { internal::CheckUnchanged(*FileSystemFor(metadata.path), metadata); }

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
