// FileMetadata: what a listing says of one file. A plain aggregate, so it travels in a pipeline as a Beam row.
#pragma once

#include <cstdint>
#include <string>

namespace beam {

struct FileMetadata {
  // Byte for byte what the store calls it, behind the folder text that the user gave: never normalised, and not
  // necessarily UTF-8. Opening exactly this path opens this file. A path that ends in '/' names a folder.
  std::string path;
  std::int64_t size_in_bytes = 0;
  // Seconds since 1970-01-01 UTC, with the store's fraction; 0 where the store does not tell.
  double last_updated_in_seconds = 0;
  // Another number for each object that is put here (the generation of gs://), where a reader is held to the object
  // that it has opened (ByteSource::Version()); 0 where listings tell no such number.
  std::int64_t version = 0;

  friend bool operator==(const FileMetadata&, const FileMetadata&) = default;
};

}  // namespace beam
