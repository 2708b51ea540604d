// ReadableFile: a file that a pipeline is about to read. A plain aggregate, so it travels as a Beam row; making one
// touches no file, opening happens only when a step asks for the content.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "beam/base/byte_source.h"
#include "beam/io/compression.h"
#include "beam/io/file_metadata.h"

namespace beam {

struct ReadableFile {
  // An element that crosses a stage is at most this large; a larger file is read through Open().
  static constexpr std::uint64_t kDefaultReadLimit = (std::uint64_t{1} << 31) - 1;

  FileMetadata metadata;
  Compression compression = Compression::kAuto;

  // Opens the file at its start, to be read in any order; decompressed as `compression` says. Throws Error if it cannot
  // be opened, or, where its version is known, if it is not the one that was listed. Any thread may call, at any time;
  // each call opens the file anew.
  std::unique_ptr<ByteSource> Open() const;

  // Throws Error if the file is not what was listed any more: changed, replaced (another size or time) or gone. Called
  // when it has been read, it says that what was read is what was listed. One request to the file system; none
  // where its version is known, as Open() gives no other one, and none, and no answer, for a file that was not listed
  // (its metadata has no time).
  void CheckUnchanged() const;

  // The whole decompressed content. Throws Error if it is longer than `limit` bytes or cannot be read whole.
  std::string Read(std::uint64_t limit = kDefaultReadLimit) const;

  // The same, for text: throws Error, telling the offset, if the content is not UTF-8. A byte order mark is kept.
  std::string ReadUtf8(std::uint64_t limit = kDefaultReadLimit) const;
};

// All that `source` has from where it stands. Throws Error if that is more than `limit` bytes.
std::string ReadAll(ByteSource& source, std::uint64_t limit = ReadableFile::kDefaultReadLimit);

}  // namespace beam
