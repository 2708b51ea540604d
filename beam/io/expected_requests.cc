#include "beam/io/expected_requests.h"

#include "beam/io/gcs/gcs_reader.h"
#include "beam/io/gcs/gcs_upload.h"
#include "beam/io/object_byte_source.h"

namespace beam {
namespace {

std::int64_t Parts(std::int64_t size, std::int64_t part) { return (size + part - 1) / part; }

}  // namespace

std::int64_t ExpectedReads(std::int64_t size_in_bytes) {
  constexpr auto kHead = static_cast<std::int64_t>(internal::kGcsStreamBytes);
  constexpr auto kPart = static_cast<std::int64_t>(internal::kObjectPartBytes);
  if (size_in_bytes <= kHead) return 1;
  const std::int64_t rest = size_in_bytes - kHead;
  return 1 + (rest <= 2 * kPart ? 1 : Parts(rest, kPart));
}

std::int64_t ExpectedWrites(std::int64_t size_in_bytes) {
  if (size_in_bytes <= static_cast<std::int64_t>(internal::kGcsSingleUploadBytes)) return 1;
  return 1 + Parts(size_in_bytes, static_cast<std::int64_t>(internal::kGcsUploadPartBytes));
}

}  // namespace beam
