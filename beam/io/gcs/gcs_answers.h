// What Google Cloud Storage answers (JSON API v1, cloud.google.com/storage/docs/json_api/v1), read from its bytes.
// Thread-safe functions. Any bytes are an answer or none; what is not known is passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "beam/io/object_store.h"

namespace beam::internal {

struct GcsObject {
  std::string name;  // the key
  std::int64_t size_in_bytes = 0;
  double last_updated_in_seconds = 0;
  std::int64_t generation = 0;
  std::optional<std::uint32_t> crc32c;
};
std::optional<GcsObject> ParseGcsObject(std::string_view json);

// A page of a listing: objects and folders in ascending order of their names, which follow `bucket` ("bucket/").
struct GcsPage {
  std::vector<ObjectInfo> entries;
  bool has_markers = false;     // objects whose names end in '/', which are not among the entries
  std::string next_page_token;  // empty: it is the last
};
std::optional<GcsPage> ParseGcsPage(std::string_view json, std::string_view bucket);

struct GcsRewrite {
  bool done = false;
  std::string token;        // to go on with
  std::uint64_t bytes = 0;  // that are copied
};
std::optional<GcsRewrite> ParseGcsRewrite(std::string_view json);

// What an error's answer says to people, and its reason ("rateLimitExceeded"), which may be empty.
struct GcsError {
  std::string text;
  std::string reason;
};
GcsError ParseGcsError(std::string_view body);

// A generation as it is written; 0 for what is none.
std::int64_t ParseGeneration(std::string_view text);

// "crc32c=base64,md5=base64", as x-goog-hash has it.
std::optional<std::uint32_t> ParseGcsHash(std::string_view header);
std::optional<std::uint32_t> ParseCrc32c(std::string_view base64);
std::string Crc32cText(std::uint32_t crc);  // the same in Base64

// "2026-01-31T12:00:00.123Z" (RFC 3339) in seconds since 1970.
std::optional<double> ParseTime(std::string_view text);

// The size of the object in "bytes 0-99/1234" or "bytes */1234".
std::optional<std::uint64_t> ParseTotalSize(std::string_view content_range);

// How many bytes of an upload the store has, by "bytes=0-99"; none without the header.
std::optional<std::uint64_t> ParseReceived(const std::optional<std::string>& range);

}  // namespace beam::internal
