// What the audio tests share: the fixtures that tests/fixtures/make_fixtures.py makes, and decoding in one line.
#pragma once

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "klay/audio/load_waveform.h"
#include "klay/audio/memory_byte_source.h"

namespace klay {

inline std::string FixturePath(const std::string& name) {
  const char* directory = std::getenv("TEST_FIXTURES_DIR");
  if (directory == nullptr)
    throw std::runtime_error("set TEST_FIXTURES_DIR to what tests/fixtures/make_fixtures.py made");
  return std::string(directory) + "/" + name;
}

inline std::string Fixture(const std::string& name) {
  std::ifstream in(FixturePath(name), std::ios::binary);
  if (!in) throw std::runtime_error("there is no fixture " + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline LoadedAudio Load(const std::string& bytes, OnDamage on_damage = OnDamage::kFail) {
  MemoryByteSource source(bytes);
  DecodeOptions options;
  options.on_damage = on_damage;
  return LoadWaveform(source, options);
}

// What became of a file, for tables: "ok" or the text of the AudioError. Other exceptions pass.
inline std::string Outcome(const std::string& bytes, OnDamage on_damage = OnDamage::kFail) {
  try {
    Load(bytes, on_damage);
    return "ok";
  } catch (const AudioError& error) {
    return error.what();
  }
}

// How much louder `reference` is than the difference to it, in dB, over all channels; infinite for equal signals.
inline double MatchInDb(const Waveform& reference, const Waveform& signal) {
  double power = 0;
  double error = 0;
  for (int c = 0; c < reference.channels(); ++c) {
    for (std::int64_t i = 0; i < reference.frames(); ++i) {
      const double x = reference.channel(c)[static_cast<std::size_t>(i)];
      const double y = signal.channel(c)[static_cast<std::size_t>(i)];
      power += x * x;
      error += (x - y) * (x - y);
    }
  }
  return error == 0 ? HUGE_VAL : 10 * std::log10(power / error);
}

}  // namespace klay
