// Pages of an Ogg stream (RFC 3533), all integers little-endian:
//   "OggS" version8 flags8 granule64 serial32 sequence32 crc32 segments8 lacing[segments] body
// A packet is a run of segments that ends with one shorter than 255 bytes; it can go on over several pages.
#pragma once

#include <cstdint>
#include <optional>

#include "klay/audio/buffered_source.h"

namespace klay::internal {

struct OggPage {
  bool continued = false;  // begins with the rest of a packet
  bool first = false;      // of its stream
  bool last = false;
  // The position, in samples, at the end of the last packet that ends on this page; nothing if none ends.
  std::optional<std::int64_t> granule;
  std::uint32_t serial = 0;
  std::uint32_t sequence = 0;
  ByteView lacing;
  ByteView body;
  std::size_t bytes = 0;  // of the whole page
};

inline constexpr std::size_t kMaxOggPageBytes = 27 + 255 + 255 * 255;

// The page that begins at the first of these bytes, if an intact one does: complete, and with the right checksum.
std::optional<OggPage> ParseOggPage(ByteView bytes);

// How large the page is that begins at these bytes, as far as they tell: more of them may tell more. 0 if none begins.
std::size_t OggPageBytes(ByteView bytes);

// Where "OggS" next occurs in `bytes`, from `from` on; bytes.size() if it does not.
std::size_t FindOggCapture(ByteView bytes, std::size_t from);

}  // namespace klay::internal
