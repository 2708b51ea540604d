// Compressed files, read as if they were not.
//
// The format is told by the end of the name, letter case aside, as in Beam's Python SDK:
//   .gz           gzip (RFC 1952), any number of members; zero bytes of padding behind them
//   .bz2          bzip2, any number of streams
//   .deflate      zlib (RFC 1950), one stream
//   .zst .zstd    Zstandard (RFC 8878), any number of frames, windows up to 128 MiB
//   .xz .lzma     xz, any number of streams with padding; or one "lzma alone" stream; dictionaries up to 256 MiB
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "beam/base/byte_source.h"

namespace beam {

enum class Compression : std::int32_t { kAuto, kNone, kGzip, kBzip2, kDeflate, kZstd, kXz };

// The compression that the end of `path` stands for; kNone for others, never kAuto.
Compression CompressionOf(std::string_view path);

// A source of the decompressed bytes of `source`, in bounded memory. Its size is unknown; going back means starting
// over. Reading throws Error, naming the file, if the data is damaged, ends early, or something else follows it: an end
// is only ever the true end. With kAuto the path of `source` decides; with kNone it comes back as it is.
std::unique_ptr<ByteSource> Decompress(std::unique_ptr<ByteSource> source, Compression compression);

}  // namespace beam
