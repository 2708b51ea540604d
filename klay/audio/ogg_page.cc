#include "klay/audio/ogg_page.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string_view>

#include "klay/audio/byte_order.h"
#include "klay/audio/crc.h"

namespace klay::internal {

namespace {

constexpr std::size_t kHeader = 27;

}  // namespace

std::size_t OggPageBytes(ByteView bytes) {
  if (bytes.size() < kHeader || std::memcmp(bytes.data(), "OggS\0", 5) != 0) return 0;
  const std::size_t segments = bytes[26];
  const ByteView lacing = bytes.subspan(kHeader, std::min(segments, bytes.size() - kHeader));
  return kHeader + segments + std::accumulate(lacing.begin(), lacing.end(), std::size_t{0});
}

std::optional<OggPage> ParseOggPage(ByteView bytes) {
  constexpr std::size_t kCrcAt = 22;
  OggPage page;
  page.bytes = OggPageBytes(bytes);
  if (page.bytes == 0 || bytes.size() < page.bytes) return std::nullopt;
  const std::size_t segments = bytes[26];
  page.lacing = bytes.subspan(kHeader, segments);
  page.body = bytes.subspan(kHeader + segments, page.bytes - kHeader - segments);

  // The checksum is of the page with zeros in its own place.
  constexpr std::uint8_t kZeros[4] = {};
  std::uint32_t crc = OggCrc(0, bytes.first(kCrcAt));
  crc = OggCrc(crc, kZeros);
  crc = OggCrc(crc, bytes.subspan(kCrcAt + 4, page.bytes - kCrcAt - 4));
  if (crc != Le32(bytes.data() + kCrcAt)) return std::nullopt;

  const std::uint8_t flags = bytes[5];
  page.continued = (flags & 1) != 0;
  page.first = (flags & 2) != 0;
  page.last = (flags & 4) != 0;
  const auto granule = static_cast<std::int64_t>(Le64(bytes.data() + 6));
  // Far more than any recording has; what lies beyond would overflow our sums.
  constexpr std::int64_t kMost = std::int64_t{1} << 56;
  if (granule != -1 && granule > -kMost && granule < kMost) page.granule = granule;
  page.serial = Le32(bytes.data() + 14);
  page.sequence = Le32(bytes.data() + 18);
  return page;
}

std::size_t FindOggCapture(ByteView bytes, std::size_t from) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t at = text.find("OggS", from);
  return at == std::string_view::npos ? bytes.size() : at;
}

}  // namespace klay::internal
