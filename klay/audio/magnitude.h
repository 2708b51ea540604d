// Absolute values of samples as bits: these are ordered as the values are, so that one loop over integers, which every
// compiler vectorises, finds the largest and also what is not finite.
#pragma once

#include <bit>
#include <cstdint>

namespace klay::internal {

// Of infinity; larger ones are those of what is not a number.
inline constexpr std::uint32_t kInfiniteMagnitude = 0x7F800000;

inline std::uint32_t Magnitude(float sample) { return std::bit_cast<std::uint32_t>(sample) & 0x7FFFFFFF; }

inline bool IsFinite(float sample) { return Magnitude(sample) < kInfiniteMagnitude; }

// The largest magnitude of `count` samples, 0 of none.
inline std::uint32_t LargestMagnitude(const float* samples, std::int64_t count) {
  std::int32_t largest = 0;  // signed, as every vector unit compares
  for (std::int64_t i = 0; i < count; ++i) {
    const auto magnitude = static_cast<std::int32_t>(Magnitude(samples[i]));
    largest = magnitude > largest ? magnitude : largest;
  }
  return static_cast<std::uint32_t>(largest);
}

}  // namespace klay::internal
