// Wav files that are quickly made, read and told apart: 8 kHz, mono.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace klay {

inline std::string WavContents(std::uint32_t bits, const std::string& samples) {
  constexpr std::uint32_t kRate = 8000;
  const auto bytes = [](std::size_t value, std::size_t size) {
    return std::string(reinterpret_cast<const char*>(&value), size);
  };
  return "RIFF" + bytes(36 + samples.size(), 4) + "WAVEfmt " + bytes(16, 4) + bytes(1, 2) + bytes(1, 2)
      + bytes(kRate, 4) + bytes(kRate * bits / 8, 4) + bytes(bits / 8, 2) + bytes(bits, 2) + "data"
      + bytes(samples.size(), 4) + samples;
}

// A tenth of a second, 8 bits; another one for each number.
inline std::string SmallWav(int number) {
  constexpr int kFrames = 800;
  std::string samples;
  for (int i = 0; i < kFrames; ++i) {
    samples += static_cast<char>(128 + (i * (number % 97 + 3) + number / 97) % 100 - 50);
  }
  return WavContents(8, samples);
}

// 16 bits.
inline std::string SilentWav(std::size_t bytes) { return WavContents(16, std::string(bytes, '\0')); }

}  // namespace klay
