// Fuzzes the readers of what Google Cloud Storage answers: any bytes are an answer or none. What a page holds is in
// order, and is read the same again.
#include <cstdint>
#include <string>
#include <string_view>

#include "beam/base/base64.h"
#include "beam/io/gcs/gcs_answers.h"
#include "fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beam::internal;
  using beam::fuzzing::Check;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto page = ParseGcsPage(text, "bucket/")) {
    for (std::size_t i = 0; i < page->entries.size(); ++i) {
      const ObjectInfo& entry = page->entries[i];
      Check(entry.name.starts_with("bucket/") && entry.size_in_bytes >= 0);
      if (i > 0) Check(page->entries[i - 1].name <= entry.name);
    }
  }
  if (const auto object = ParseGcsObject(text)) Check(!object->name.empty() && object->size_in_bytes >= 0);
  if (const auto rewrite = ParseGcsRewrite(text)) Check(rewrite->done || !rewrite->token.empty());
  ParseGcsError(text);
  ParseGcsHash(text);
  ParseTime(text);
  ParseTotalSize(text);
  ParseReceived(std::string(text));
  if (const auto crc = ParseCrc32c(text)) Check(ParseCrc32c(Crc32cText(*crc)) == crc);
  if (const auto bytes = beam::FromBase64(text)) Check(beam::FromBase64(beam::Base64(*bytes)) == bytes);
  return 0;
}
