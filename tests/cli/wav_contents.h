// Audio that is quickly made, read and told apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace klay {

// A tenth of a second, 8 kHz, mono, 8 bits; another one for each number.
inline std::string SmallWav(int number) {
  constexpr std::uint32_t kFrames = 800;
  const auto bytes = [](std::uint32_t value, int size) {
    return std::string(reinterpret_cast<const char*>(&value), static_cast<std::size_t>(size));
  };
  std::string wav = "RIFF" + bytes(36 + kFrames, 4) + "WAVEfmt " + bytes(16, 4) + bytes(1, 2) + bytes(1, 2)
      + bytes(8000, 4) + bytes(8000, 4) + bytes(1, 2) + bytes(8, 2) + "data" + bytes(kFrames, 4);
  for (std::uint32_t i = 0; i < kFrames; ++i) {
    wav += static_cast<char>(128 + (static_cast<int>(i) * (number % 97 + 3) + number / 97) % 100 - 50);
  }
  return wav;
}

}  // namespace klay
