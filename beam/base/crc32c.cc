#include "beam/base/crc32c.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace beam {
namespace {

// Eight bytes a step ("slicing by 8"): kTables[k][b] is the checksum of the byte b and k zeros behind it.
constexpr std::array<std::array<std::uint32_t, 256>, 8> MakeTables() {
  constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reflected
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = before >> 8 ^ tables[0][before & 255];
    }
  }
  return tables;
}

constexpr std::array<std::array<std::uint32_t, 256>, 8> kTables = MakeTables();

std::uint64_t WordAt(const char* position) {
  std::uint64_t word = 0;
  for (int i = 7; i >= 0; --i) word = word << 8 | static_cast<unsigned char>(position[i]);
  return word;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t ExtendByInstruction(std::uint32_t crc, std::string_view bytes) {
  std::uint64_t state = ~crc;
  const char* position = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, position += 8) {
    std::uint64_t word;
    std::memcpy(&word, position, sizeof word);
    state = _mm_crc32_u64(state, word);
  }
  auto short_state = static_cast<std::uint32_t>(state);
  for (; left > 0; --left, ++position) short_state = _mm_crc32_u8(short_state, static_cast<unsigned char>(*position));
  return ~short_state;
}
#endif

}  // namespace

namespace internal {

std::uint32_t ExtendCrc32cByTable(std::uint32_t crc, std::string_view bytes) {
  crc = ~crc;
  const char* position = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, position += 8) {
    const std::uint64_t word = WordAt(position) ^ crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= kTables[7 - k][word >> (8 * k) & 255];
  }
  for (; left > 0; --left, ++position) {
    crc = crc >> 8 ^ kTables[0][(crc ^ static_cast<unsigned char>(*position)) & 255];
  }
  return ~crc;
}

}  // namespace internal

std::uint32_t ExtendCrc32c(std::uint32_t crc, std::string_view bytes) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return ExtendByInstruction(crc, bytes);
#endif
  return internal::ExtendCrc32cByTable(crc, bytes);
}

}  // namespace beam
