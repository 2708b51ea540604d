// What the tests of the encoders share: a signal that tells channels and single samples apart, and a way there and
// back.
#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "klay/audio/audio_test_util.h"
#include "klay/audio/encoder.h"
#include "klay/audio/memory_byte_sink.h"

namespace klay {

// Tones that end below a tenth of `band` (in Hz), other ones for each channel. The fourth of six, seven and eight
// channels is for low frequencies, and gets no others.
inline Waveform TestTones(int channels, std::int64_t frames, int sample_rate, double band = 0) {
  if (band == 0) band = sample_rate;
  Waveform wave(channels, frames, sample_rate);
  for (int c = 0; c < channels; ++c) {
    const bool low = channels >= 6 && channels <= 8 && c == 3;
    const double base = low ? 30 : band * (0.011 + 0.0017 * c);
    const auto samples = wave.channel(c);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const double phase = 2 * std::numbers::pi * static_cast<double>(i) / sample_rate;
      const double tone = std::sin(phase * base + c) + (low ? 0 : 0.6 * std::sin(phase * base * 3.1 + 0.5));
      samples[i] = static_cast<float>(0.25 * tone);
    }
  }
  return wave;
}

inline std::string Encode(const Waveform& waveform, const EncodeOptions& options) {
  MemoryByteSink sink;
  EncodeWaveform(sink, waveform, options);
  return sink.Take();
}

// In blocks of all lengths, of a signal whose length is not announced.
inline std::string EncodeInBlocks(const Waveform& waveform, const EncodeOptions& options) {
  MemoryByteSink sink;
  AudioEncoder encoder(sink, waveform.channels(), waveform.sample_rate(), options);
  std::int64_t at = 0;
  for (std::int64_t block = 0; at < waveform.frames(); block = (block * 3 + 1) % 4001) {
    const std::int64_t part = std::min(block, waveform.frames() - at);
    std::vector<const float*> planes;
    for (int c = 0; c < waveform.channels(); ++c) planes.push_back(waveform.channel(c).data() + at);
    encoder.Write(planes.data(), part);
    at += part;
  }
  encoder.Finish();
  return sink.Take();
}

}  // namespace klay
