// The cyclic redundancy checks of the audio formats. Each takes the value so far (0 at the start) and more bytes.
#pragma once

#include <cstdint>

#include "klay/audio/buffered_source.h"

namespace klay::internal {

// Ogg pages: polynomial 0x04C11DB7, most significant bit first (RFC 3533, section 6).
std::uint32_t OggCrc(std::uint32_t crc, ByteView bytes);

// FLAC frames: polynomial 0x8005, most significant bit first (RFC 9639, section 9.3).
std::uint16_t FlacCrc16(std::uint16_t crc, ByteView bytes);

// FLAC frame headers: polynomial 0x07 (RFC 9639, section 9.1.8).
std::uint8_t FlacCrc8(std::uint8_t crc, ByteView bytes);

// The checksums in LAME's header: polynomial 0x8005, least significant bit first.
std::uint16_t LameCrc(std::uint16_t crc, ByteView bytes);

}  // namespace klay::internal
