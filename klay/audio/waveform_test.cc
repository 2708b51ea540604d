#include "klay/audio/waveform.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

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

// Pages that were written before keep what was written: that shows that they are the same.
TEST(SampleMemory, PutsKeptPagesTogetherToNewBlocks) {
  internal::ReleaseKeptSampleMemory();
  constexpr std::size_t kFloats = std::size_t{1} << 20;  // 4 MiB
  {
    std::vector<internal::SampleMemory> three;
    for (int i = 0; i < 3; ++i) three.push_back(internal::AllocateSamples(kFloats));
    for (const auto& block : three) std::fill_n(block.get(), kFloats, 7.0F);
  }
  for (const std::size_t size : {kFloats, 3 * kFloats, 5 * kFloats / 2}) {
    const internal::SampleMemory block = internal::AllocateSamples(size);
    EXPECT_EQ(std::count(block.get(), block.get() + size, 7.0F), static_cast<std::ptrdiff_t>(size));
  }
  {
    const internal::SampleMemory larger = internal::AllocateSamples(4 * kFloats);
    EXPECT_EQ(std::count(larger.get(), larger.get() + 4 * kFloats, 7.0F), static_cast<std::ptrdiff_t>(3 * kFloats));
    std::fill_n(larger.get(), 4 * kFloats, 8.0F);
  }
  EXPECT_EQ(internal::ReleaseKeptSampleMemory(), 4 * kFloats * sizeof(float));
  EXPECT_EQ(internal::ReleaseKeptSampleMemory(), 0U);
}

TEST(SampleMemory, KeepsABoundedNumberOfBytes) {
  internal::ReleaseKeptSampleMemory();
  constexpr std::size_t kFloats = std::size_t{16} << 20;  // 64 MiB
  {
    std::vector<internal::SampleMemory> many;
    for (int i = 0; i < 8; ++i) many.push_back(internal::AllocateSamples(kFloats));
  }
  EXPECT_LE(internal::ReleaseKeptSampleMemory(), internal::kMostBytesKept);
}

TEST(SampleMemory, SmallBlocksAreNotKept) {
  internal::ReleaseKeptSampleMemory();
  for (const std::size_t floats : {0, 1, 15, 16, 17, 100000}) {
    const internal::SampleMemory block = internal::AllocateSamples(floats);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block.get()) % 64, 0U);
    std::fill_n(block.get(), floats, 1.0F);
  }
  EXPECT_EQ(internal::ReleaseKeptSampleMemory(), 0U);
}

}  // namespace
}  // namespace klay
