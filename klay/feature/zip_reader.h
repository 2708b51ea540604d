// ZipReader: the directory of a zip archive and its members, stored or deflated, 64-bit sizes included.
//
//   { "PK\3\4" local header, name, extra, data }*  { "PK\1\2" directory entry }*  ["PK\6\6" "PK\6\7"]  "PK\5\6" end
// Everything little-endian. The directory at the end is what counts. Source: PKWARE APPNOTE.TXT.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "beam/base/byte_source.h"

namespace klay::internal {

struct ZipEntry {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;
  std::uint64_t header_at = 0;
};

class ZipReader {
 public:
  // Reads the directory. `source` must know its size and outlive the reader. Throws FeatureError if this is no archive.
  explicit ZipReader(beam::ByteSource& source);

  const std::vector<ZipEntry>& entries() const { return entries_; }

  // A member, to be read once from its start to its end; one at a time, for they share the source. Its Size() is one
  // that the archive could hold. Throws FeatureError for damage, encryption and unknown compression; so does reading,
  // at the end, if the checksum is wrong.
  std::unique_ptr<beam::ByteSource> Open(const ZipEntry& entry);

 private:
  std::string ReadAt(std::uint64_t offset, std::uint64_t count);
  void ReadDirectory(const std::string& bytes, std::uint64_t count);

  beam::ByteSource& source_;
  std::uint64_t size_;
  std::vector<ZipEntry> entries_;
};

}  // namespace klay::internal
