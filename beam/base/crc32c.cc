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
// The instruction takes three cycles, and one may begin in each: three strips of the bytes are summed side by side, the
// second and the third as if nothing came before them. A state that is then carried over a strip of zeros is what it
// would be behind it: kCarry[k][b] is that of the byte b at place k of a state.
constexpr std::size_t kStrip = 1024;

constexpr std::array<std::array<std::uint32_t, 256>, 4> MakeCarry() {
  std::array<std::array<std::uint32_t, 256>, 4> carry{};
  for (std::size_t k = 0; k < carry.size(); ++k) {
    for (std::size_t byte = 1; byte < 256; ++byte) {
      const std::size_t rest = byte & (byte - 1);
      if (rest != 0) {
        carry[k][byte] = carry[k][rest] ^ carry[k][byte ^ rest];
        continue;
      }
      auto state = static_cast<std::uint32_t>(byte << (8 * k));
      for (std::size_t i = 0; i < kStrip; ++i) state = state >> 8 ^ kTables[0][state & 255];
      carry[k][byte] = state;
    }
  }
  return carry;
}

constexpr std::array<std::array<std::uint32_t, 256>, 4> kCarry = MakeCarry();

std::uint64_t CarryOverStrip(std::uint64_t state) {
  return kCarry[0][state & 255] ^ kCarry[1][state >> 8 & 255] ^ kCarry[2][state >> 16 & 255] ^ kCarry[3][state >> 24];
}

__attribute__((target("sse4.2"))) inline std::uint64_t AddWord(std::uint64_t state, const char* position) {
  std::uint64_t word;
  std::memcpy(&word, position, sizeof word);
  return _mm_crc32_u64(state, word);
}

__attribute__((target("sse4.2"))) std::uint32_t ExtendByInstruction(std::uint32_t crc, std::string_view bytes) {
  std::uint64_t state = ~crc;
  const char* position = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 3 * kStrip; left -= 3 * kStrip, position += 3 * kStrip) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < kStrip; i += 8) {
      state = AddWord(state, position + i);
      second = AddWord(second, position + kStrip + i);
      third = AddWord(third, position + 2 * kStrip + i);
    }
    state = CarryOverStrip(CarryOverStrip(state) ^ second) ^ third;
  }
  for (; left >= 8; left -= 8, position += 8) state = AddWord(state, position);
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
