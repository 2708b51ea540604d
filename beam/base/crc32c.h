// CRC32C (Castagnoli; RFC 3720, appendix B.4), with the processor's instruction where it has one. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace beam {

// The checksum of bytes whose beginning has the checksum `crc` (0 for none), followed by `bytes`.
std::uint32_t ExtendCrc32c(std::uint32_t crc, std::string_view bytes);

inline std::uint32_t Crc32c(std::string_view bytes) { return ExtendCrc32c(0, bytes); }

namespace internal {

// What is used where the processor has no such instruction.
std::uint32_t ExtendCrc32cByTable(std::uint32_t crc, std::string_view bytes);

}  // namespace internal
}  // namespace beam
