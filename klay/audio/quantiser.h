// Quantiser: float samples to integers of 8 to 32 bits, by the rules of encode_options.h, in vector instructions.
//
// Source of the dither: Lipshitz, Wannamaker, Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 40/5
// (1992). Its numbers are a hash of seed, channel and position. Thread-safe (const).
#pragma once

#include <cstdint>

#include "klay/audio/encode_options.h"

namespace klay::internal {

class Quantiser {
 public:
  // `bits` is 8, 16, 24 or 32; dither is for up to 24.
  Quantiser(int bits, Quantisation quantisation, bool dither, std::uint64_t seed);

  // Quantises `count` samples of `channel`, the first of which is number `position` of the signal.
  void Quantise(const float* in, int channel, std::int64_t position, std::int64_t count, std::int32_t* out) const;

 private:
  void Round(const float* in, std::int64_t count, std::int32_t* out) const;
  void RoundTo32(const float* in, std::int64_t count, std::int32_t* out) const;
  void Dither(const float* in, int channel, std::int64_t position, std::int64_t count, std::int32_t* out) const;
  void Floor(const float* in, std::int64_t count, std::int32_t* out) const;

  int bits_;
  Quantisation quantisation_;
  bool dither_;
  std::uint64_t seed_;
};

}  // namespace klay::internal
