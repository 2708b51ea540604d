// A fast 64-bit hash of bytes: the same on every machine and in every run, as the order of groups depends on it.
// Not for adversaries. Multiply and fold, eight bytes at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace beam {

// Mixes a number well (the finaliser of SplitMix64; Steele, Lea, Flood 2014).
constexpr std::uint64_t MixBits(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

inline std::uint64_t HashBytes(std::string_view bytes) {
  std::uint64_t hash = MixBits(bytes.size());
  const char* position = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, position += 8) {
    std::uint64_t word;
    std::memcpy(&word, position, 8);
    hash = MixBits(hash ^ word);
  }
  if (left > 0) {
    std::uint64_t word = 0;
    std::memcpy(&word, position, left);
    hash = MixBits(hash ^ word);
  }
  return hash;
}

}  // namespace beam
