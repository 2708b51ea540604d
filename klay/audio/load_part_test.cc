// LoadWaveform with a part, channels and a rate: what whole signals give when they are cropped, mixed and resampled.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "klay/audio/convert_channels.h"
#include "klay/audio/crop.h"
#include "klay/audio/encode_test_util.h"
#include "klay/audio/load_waveform.h"

namespace klay {
namespace {

using testing::HasSubstr;

LoadedAudio LoadWith(const std::string& bytes, const LoadOptions& options) {
  MemoryByteSource source(bytes);
  return LoadWaveform(source, options);
}

std::string ReasonOf(const std::string& bytes, const LoadOptions& options) {
  try {
    LoadWith(bytes, options);
    return "ok";
  } catch (const beam::Error& error) {
    return error.what();
  }
}

EncodeOptions Float32() { return {.format = AudioFormat::kWav, .bit_depth = BitDepth::kFloat32}; }

TEST(LoadPart, IsTheCropOfTheWhole) {
  const std::string files[] = {Encode(TestTones(2, 60'000, 44100), {}),
                               Encode(TestTones(2, 60'000, 44100), {.format = AudioFormat::kMp3}),
                               Encode(TestTones(2, 60'000, 44100), {.format = AudioFormat::kOgg}),
                               Encode(TestTones(1, 60'000, 48000), {.format = AudioFormat::kOpus})};
  for (const std::string& bytes : files) {
    const Waveform whole = Load(bytes).waveform;
    const int rate = whole.sample_rate();
    for (const double start : {0.0, 0.1, 0.7777, 1.2}) {
      for (const std::optional<double> duration : {std::optional<double>(), {0.2}, {0.00001}, {5.0}}) {
        SCOPED_TRACE(testing::Message() << start << " s, for " << duration.value_or(-1));
        const LoadedAudio part = LoadWith(bytes, {.start_seconds = start, .duration_seconds = duration});
        const std::int64_t begin = FramesIn(start, rate);
        const std::int64_t length =
            std::min(whole.frames() - begin, duration ? FramesIn(*duration, rate) : whole.frames());
        ASSERT_EQ(part.waveform.frames(), length);
        EXPECT_EQ(part.report.frames, length);
        EXPECT_EQ(part.report.skipped_frames, begin);
        EXPECT_EQ(MatchInDb(Crop(whole, {begin, length}), part.waveform), HUGE_VAL);
        MemoryByteSource source(bytes);
        EXPECT_EQ(CheckAudio(source, {.start_seconds = start, .duration_seconds = duration}).frames, length);
      }
    }
  }
}

TEST(LoadPart, BeginsWithinTheSignal) {
  const std::string wav = Encode(TestTones(1, 8000, 8000), {});
  const std::string ogg = Encode(TestTones(1, 8000, 8000), {.format = AudioFormat::kOgg});
  for (const std::string& bytes : {wav, ogg}) {
    EXPECT_EQ(LoadWith(bytes, {.start_seconds = 0.99999}).waveform.frames(), 1);
    for (const double start : {1.0, 1.001, 70.0}) {
      EXPECT_THAT(ReasonOf(bytes, {.start_seconds = start}), HasSubstr("signal has ended: it is 1.000 s long"));
    }
    EXPECT_THAT(ReasonOf(bytes, {.start_seconds = -1}), HasSubstr("0 or more"));
  }
  const std::string empty = Encode(Waveform(2, 0, 8000), {});
  EXPECT_EQ(LoadWith(empty, {.duration_seconds = 3}).waveform.frames(), 0);
  EXPECT_THAT(ReasonOf(empty, {.start_seconds = 1}), HasSubstr("it is 0.000 s long"));
}

TEST(LoadPart, WhatLiesBehindIsNotLookedAt) {
  const std::string good = Encode(TestTones(2, 200'000, 44100), {.format = AudioFormat::kFlac});
  std::string bytes = good;
  for (std::size_t i = 0; i < 100; ++i) bytes[bytes.size() / 2 + i] ^= 0x55;
  EXPECT_THAT(ReasonOf(bytes, {}), HasSubstr("damaged"));
  EXPECT_EQ(ReasonOf(bytes, {.start_seconds = 0.5, .duration_seconds = 1}), "ok");
  EXPECT_THAT(ReasonOf(bytes, {.start_seconds = 2, .duration_seconds = 1}), HasSubstr("damaged"));
}

TEST(LoadPart, IsMixedAndResampledOnTheWay) {
  const Waveform source = TestTones(2, 30'011, 44100);
  const std::string bytes = Encode(source, Float32());
  const struct {
    std::optional<int> channels;
    std::optional<int> rate;
    ResamplerMethod method;
    double start;
  } cases[] = {{1, {}, ResamplerMethod::kHigh, 0},         {{}, 16000, ResamplerMethod::kHigh, 0},
               {1, 16000, ResamplerMethod::kSincHann, 0},  {4, 48000, ResamplerMethod::kVeryHigh, 0.1},
               {2, 44100, ResamplerMethod::kMedium, 0.25}, {1, 8000, ResamplerMethod::kMedium, 0.25}};
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.channels.value_or(0) << " channels, " << c.rate.value_or(0) << " Hz");
    const LoadedAudio found = LoadWith(
        bytes, {.start_seconds = c.start, .channels = c.channels, .sample_rate = c.rate, .resampler = c.method});
    const std::int64_t begin = FramesIn(c.start, 44100);
    Waveform expected = Crop(source, {begin, source.frames() - begin});
    const int channels = c.channels.value_or(2);
    if (channels < 2) expected = ConvertChannels(expected, channels);
    if (c.rate) expected = Resample(expected, *c.rate, {.method = c.method});
    if (channels > 2) expected = ConvertChannels(expected, channels);
    ASSERT_EQ(found.waveform.channels(), channels);
    ASSERT_EQ(found.waveform.sample_rate(), c.rate.value_or(44100));
    ASSERT_EQ(found.waveform.frames(), expected.frames());
    EXPECT_EQ(MatchInDb(expected, found.waveform), HUGE_VAL);
    EXPECT_EQ(found.report.frames, source.frames() - begin);
  }
}

TEST(LoadPart, WhatCannotBeConvertedIsSaidWhetherOrNotSamplesAreWanted) {
  const std::string bytes = Encode(TestTones(1, 100, 8000), {});
  for (const LoadOptions& options :
       {LoadOptions{.channels = 0}, LoadOptions{.sample_rate = 0}, LoadOptions{.sample_rate = 2}}) {
    MemoryByteSource first(bytes);
    EXPECT_THROW(LoadWaveform(first, options), AudioError);
    MemoryByteSource second(bytes);
    EXPECT_THROW(CheckAudio(second, options), AudioError);
  }
}

// The memory is that of the result.
TEST(LoadPart, ReservesWhatItGives) {
  const std::string wav = Encode(TestTones(2, 480'000, 48000), {});
  const std::string ogg = Encode(TestTones(2, 480'000, 48000), {.format = AudioFormat::kOgg});
  for (const std::string& bytes : {wav, ogg}) {
    beam::MemoryBudget budget(1 << 20);
    const LoadOptions all{.decode = {.memory = &budget}};
    EXPECT_THAT(ReasonOf(bytes, all), HasSubstr("--max_memory"));
    LoadOptions part = all;
    part.start_seconds = 5;
    part.duration_seconds = 1;
    EXPECT_EQ(LoadWith(bytes, part).memory.bytes(), 48'000U * 2 * sizeof(float));
  }
  beam::MemoryBudget budget(1 << 20);
  const LoadedAudio mono = LoadWith(wav, {.decode = {.memory = &budget}, .channels = 1, .sample_rate = 16000});
  EXPECT_EQ(mono.memory.bytes(), 160'000U * sizeof(float));
  EXPECT_EQ(mono.waveform.frames(), 160'000);
}

// A file that tells nothing of its length is decoded again with more room, converted or not.
TEST(LoadPart, OfUnknownLength) {
  const Waveform source = TestTones(1, 1'200'000, 48000);
  const std::string ogg = Encode(source, {.format = AudioFormat::kOgg, .quality = -1});
  for (const double start : {0.0, 1.0}) {
    MemoryByteSource unknown(ogg, "a.ogg", {.tells_size = false});
    const LoadedAudio found = LoadWaveform(unknown, {.start_seconds = start, .sample_rate = 12000});
    EXPECT_EQ(found.waveform.frames(), (1'200'000 - FramesIn(start, 48000)) / 4);
  }
}

}  // namespace
}  // namespace klay
