#include "klay/audio/waveform.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>
#include <utility>

#include "klay/audio/audio_error.h"

namespace klay {
namespace {

static_assert(!std::is_copy_constructible_v<Waveform> && !std::is_copy_assignable_v<Waveform>);
static_assert(std::is_nothrow_move_constructible_v<Waveform> && std::is_nothrow_move_assignable_v<Waveform>);

Waveform Ramp(int channels, std::int64_t frames, int rate) {
  Waveform wave(channels, frames, rate);
  float value = 0;
  for (int c = 0; c < channels; ++c) {
    for (float& sample : wave.channel(c)) sample = value += 1;
  }
  return wave;
}

TEST(Waveform, HasShapeAndLength) {
  struct Case {
    int channels;
    std::int64_t frames;
    int rate;
    double seconds;
  };
  for (const Case& c : {Case{2, 22050, 44100, 0.5}, Case{1, 1, 8000, 0.000125}, Case{6, 0, 48000, 0}}) {
    const Waveform wave(c.channels, c.frames, c.rate);
    EXPECT_EQ(wave.channels(), c.channels);
    EXPECT_EQ(wave.frames(), c.frames);
    EXPECT_EQ(wave.sample_rate(), c.rate);
    EXPECT_DOUBLE_EQ(wave.seconds(), c.seconds);
    for (int i = 0; i < c.channels; ++i) {
      EXPECT_EQ(wave.channel(i).size(), static_cast<std::size_t>(c.frames));
      EXPECT_EQ(wave.channel(i).data(), wave.data() + i * wave.stride());
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(wave.channel(i).data()) % 64, 0U);
    }
  }
  EXPECT_EQ(Waveform().seconds(), 0);
}

TEST(Waveform, MovesItsSamplesAndClonesOnRequest) {
  Waveform wave = Ramp(2, 100, 8000);
  const float* samples = wave.data();
  Waveform moved = std::move(wave);
  EXPECT_EQ(moved.data(), samples);
  const Waveform clone = moved.Clone();
  EXPECT_NE(clone.data(), samples);
  EXPECT_EQ(clone.sample_rate(), 8000);
  for (int c = 0; c < 2; ++c) EXPECT_TRUE(std::ranges::equal(clone.channel(c), moved.channel(c)));
}

TEST(Waveform, ResizeKeepsWhatWasThere) {
  for (const std::int64_t frames : {0, 1, 99, 100, 101, 5000, 2000000}) {
    const Waveform before = Ramp(3, 100, 8000);
    Waveform after = before.Clone();
    after.Resize(frames);
    EXPECT_EQ(after.frames(), frames);
    EXPECT_EQ(after.sample_rate(), 8000);
    const auto kept = static_cast<std::size_t>(std::min<std::int64_t>(frames, 100));
    for (int c = 0; c < 3; ++c) {
      EXPECT_TRUE(std::ranges::equal(before.channel(c).first(kept), after.channel(c).first(kept))) << frames;
    }
  }
}

TEST(Waveform, RefusesSizesThatCannotBeAddressed) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_THROW(Waveform(2, most, 44100), AudioError);
  EXPECT_THROW(Waveform(255, most / 255, 44100), AudioError);
  EXPECT_THROW(Waveform(1, -1, 44100), AudioError);
}

TEST(SampleMemory, ReusesLargeBlocksOfFittingSize) {
  internal::ReleaseKeptSampleMemory();
  constexpr std::size_t kFloats = std::size_t{1} << 20;
  float* first = internal::AllocateSamples(kFloats).get();
  internal::SampleMemory same = internal::AllocateSamples(kFloats);
  EXPECT_EQ(same.get(), first);
  EXPECT_GE(same.get_deleter().floats, kFloats);
  const float* taken = same.get();
  same.reset();
  internal::SampleMemory far_smaller = internal::AllocateSamples(kFloats / 16);
  EXPECT_NE(far_smaller.get(), taken);
  EXPECT_GE(internal::ReleaseKeptSampleMemory(), kFloats * sizeof(float));
  EXPECT_EQ(internal::ReleaseKeptSampleMemory(), 0U);
}

TEST(SampleMemory, KeepsFewBlocks) {
  internal::ReleaseKeptSampleMemory();
  constexpr std::size_t kFloats = std::size_t{1} << 17;
  {
    std::vector<internal::SampleMemory> many;
    for (int i = 0; i < 50; ++i) many.push_back(internal::AllocateSamples(kFloats));
  }
  EXPECT_LE(internal::ReleaseKeptSampleMemory(), internal::kMaxKeptBlocks * kFloats * sizeof(float));
}

}  // namespace
}  // namespace klay
