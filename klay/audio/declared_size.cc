#include "klay/audio/declared_size.h"

#include <algorithm>
#include <bit>
#include <string>
#include <string_view>

#include "klay/audio/byte_order.h"

namespace klay::internal {
namespace {

using namespace std::string_view_literals;

// An ASF header object is a GUID, a 64-bit size, and for the top one a count and two reserved bytes before its
// children. The File Properties Object has the file's size after a GUID of 16 bytes, and 48 bytes on its flags; bit 0:
// unknown.
constexpr auto kAsfHeader = "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"sv;
constexpr auto kAsfFileProperties = "\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\x00\xC0\x0C\x20\x53\x65"sv;

std::optional<std::uint64_t> AsfSize(ByteView bytes, std::string_view text) {
  std::size_t at = 30;
  while (bytes.size() >= at + 24) {
    const std::uint64_t size = Le64(bytes.data() + at + 16);
    if (text.substr(at).starts_with(kAsfFileProperties)) {
      if (bytes.size() < at + 92 || (bytes[at + 88] & 1) != 0) return std::nullopt;
      return Le64(bytes.data() + at + 40);
    }
    if (size < 24 || size > bytes.size()) return std::nullopt;
    at += static_cast<std::size_t>(size);
  }
  return std::nullopt;
}

// EBML's variable-length size: the number of leading zeros of the first byte tells how many bytes follow; all other
// bits set means unknown (RFC 8794, section 6.1). Advances `at` past it.
std::optional<std::uint64_t> EbmlSize(ByteView bytes, std::size_t& at) {
  if (at >= bytes.size() || bytes[at] == 0) return std::nullopt;
  const auto length = static_cast<std::size_t>(std::countl_zero(bytes[at])) + 1;
  if (bytes.size() - at < length) return std::nullopt;
  const std::uint64_t mask = (std::uint64_t{1} << (7 * length)) - 1;
  const std::uint64_t value = BigEndian(bytes.data() + at, length) & mask;
  at += length;
  if (value == mask) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> MatroskaSize(ByteView bytes, std::string_view text) {
  std::size_t at = 4;
  const auto header = EbmlSize(bytes, at);
  if (!header || *header > bytes.size()) return std::nullopt;
  at += static_cast<std::size_t>(*header);
  if (at > text.size() || !text.substr(at).starts_with("\x18\x53\x80\x67"sv)) return std::nullopt;
  at += 4;
  const auto segment = EbmlSize(bytes, at);
  if (!segment) return std::nullopt;
  return at + *segment;
}

// 0 and the values near the top are what programs write that could not go back to fill in the size.
std::optional<std::uint64_t> ChunkSize(std::uint32_t size) {
  if (size == 0 || size >= 0x7FFFF000) return std::nullopt;
  return std::uint64_t{size} + 8;
}

}  // namespace

std::optional<std::uint64_t> DeclaredSize(ByteView bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (bytes.size() < 12) return std::nullopt;
  if (text.starts_with("RIFF"sv)) return ChunkSize(Le32(bytes.data() + 4));
  if (text.starts_with("FORM"sv)) return ChunkSize(Be32(bytes.data() + 4));
  if (text.starts_with(kAsfHeader)) return AsfSize(bytes, text);
  if (text.starts_with("\x1A\x45\xDF\xA3"sv)) return MatroskaSize(bytes, text);
  return std::nullopt;
}

void CheckDeclaredSize(BufferedSource& source, DamageLog& damage) {
  const auto declared = DeclaredSize(source.Peek(std::size_t{16} << 10));
  if (!declared || !source.size() || *source.size() >= *declared) return;
  damage.Truncated("the header promises a file of " + std::to_string(*declared) + " bytes, it has "
                   + std::to_string(*source.size()));
}

}  // namespace klay::internal
