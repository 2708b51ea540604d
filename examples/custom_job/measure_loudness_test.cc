#include "measure_loudness.h"

#include <beam/testing/passert.h>
#include <beam/testing/test_pipeline.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace {

// Five seconds of a stereo 1 kHz sine whose peaks are at `decibels` full scale. By EBU Tech 3341 such a tone at -23
// dBFS measures -23.0 LUFS.
klay::Waveform Tone(double decibels) {
  constexpr int kRate = 48000;
  klay::Waveform audio(2, 5 * kRate, kRate);
  const double amplitude = std::pow(10.0, decibels / 20);
  for (int c = 0; c < 2; ++c) {
    int i = 0;
    for (float& sample : audio.channel(c)) {
      sample = static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * 1000 * i++ / kRate));
    }
  }
  return audio;
}

// Makes the audio within the pipeline: Create keeps its elements in the graph, which is no place for samples.
struct MakeTone {
  void ProcessElement(double decibels, beam::Output<klay::AudioFile> out) const {
    out.Emit({.path = std::to_string(std::lround(decibels)), .audio = Tone(decibels), .damage = ""});
  }
};

TEST(IntegratedLufs, OfAKnownTone) {
  std::vector<float> scratch;
  EXPECT_NEAR(IntegratedLufs(Tone(-23), scratch), -23.0, 0.1);
  EXPECT_NEAR(IntegratedLufs(Tone(-33), scratch), -33.0, 0.1);
}

TEST(MeasureLoudness, SplitsAtTheLimit) {
  beam::TestPipeline p;
  auto [within_limit, too_loud] = p
      | beam::Create("Levels", {-30.0, -20.0, -6.0})
      | beam::ParDo("Make Tone", MakeTone{})
      | beam::ParDo("Measure Loudness", MeasureLoudness{.limit_lufs = -14});
  const auto path = [](const Loudness& loudness) { return loudness.path; };
  beam::PAssert::That(within_limit | beam::Map("Quiet Paths", path)).ContainsInAnyOrder({"-30", "-20"});
  beam::PAssert::That(too_loud | beam::Map("Loud Paths", path)).ContainsInAnyOrder({"-6"});
  p.Run();
}

}  // namespace
