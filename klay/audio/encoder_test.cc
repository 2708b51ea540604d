// There and back: what is encoded comes out of our own decoder, for every format.
#include "klay/audio/encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "beam/base/cancel.h"
#include "klay/audio/decoder.h"
#include "klay/audio/encode_test_util.h"

namespace klay {
namespace {

using testing::HasSubstr;

std::string Describe(const EncodeOptions& o, int channels, int rate, std::int64_t frames) {
  std::string text(AudioFormatName(o.format));
  if (o.bit_depth) text += " " + std::string(BitDepthName(*o.bit_depth));
  if (o.bitrate) text += " " + std::to_string(*o.bitrate) + " b/s";
  if (o.quality) text += " q" + std::to_string(*o.quality);
  return text + ", " + std::to_string(channels) + " channels at " + std::to_string(rate) + ", " + std::to_string(frames)
      + " frames";
}

// Encodes, decodes, and expects the length to be exact and the signal in its place, so much above the difference.
void ExpectRoundTrip(const EncodeOptions& options, int channels, int rate, std::int64_t frames, double match_in_db) {
  SCOPED_TRACE(Describe(options, channels, rate, frames));
  const bool opus = options.format == AudioFormat::kOpus;
  const std::string bytes = Encode(TestTones(channels, frames, rate), options);
  const int decoded_rate = opus ? 48000 : rate;
  const Waveform reference = TestTones(channels, frames * (decoded_rate / rate), decoded_rate, rate);
  ASSERT_EQ(Outcome(bytes), "ok");
  const LoadedAudio back = Load(bytes);
  EXPECT_EQ(back.waveform.sample_rate(), decoded_rate);
  ASSERT_EQ(back.waveform.channels(), channels);
  ASSERT_EQ(back.waveform.frames(), reference.frames());
  EXPECT_FALSE(back.report.damaged()) << back.report.DamageText();
  for (int c = 0; c < channels; ++c) {
    Waveform one(1, reference.frames(), rate);
    Waveform other(1, reference.frames(), rate);
    std::ranges::copy(reference.channel(c), one.channel(0).begin());
    std::ranges::copy(back.waveform.channel(c), other.channel(0).begin());
    EXPECT_GE(MatchInDb(one, other), match_in_db) << "channel " << c;
  }
}

TEST(RoundTrip, Pcm) {
  struct Depth {
    BitDepth depth;
    double match_in_db;
  };
  const Depth depths[] = {{BitDepth::kInt8, 30},   {BitDepth::kInt16, 80},         {BitDepth::kInt24, 128},
                          {BitDepth::kInt32, 140}, {BitDepth::kFloat32, HUGE_VAL}, {BitDepth::kFloat64, HUGE_VAL}};
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kAiff}) {
    for (const Depth& depth : depths) {
      const EncodeOptions options{.format = format, .bit_depth = depth.depth};
      for (const int rate : {8000, 11025, 44100, 96000, 384000})
        ExpectRoundTrip(options, 2, rate, 4999, depth.match_in_db);
      for (const int channels : {1, 3, 4, 5, 6, 7, 8, 9}) {
        ExpectRoundTrip(options, channels, 48000, 3001, depth.match_in_db);
      }
    }
  }
}

TEST(RoundTrip, Flac) {
  for (const BitDepth depth : {BitDepth::kInt16, BitDepth::kInt24}) {
    const EncodeOptions options{.format = AudioFormat::kFlac, .bit_depth = depth};
    const double match = depth == BitDepth::kInt16 ? 80 : 128;
    for (const int rate : {1, 8000, 11025, 44100, 96000, 192000, 384000})
      ExpectRoundTrip(options, 2, rate, 9999, match);
    for (const int channels : {1, 2, 3, 4, 5, 6, 7, 8}) ExpectRoundTrip(options, channels, 48000, 5001, match);
  }
  for (const int effort : {0, 5, 12}) {
    ExpectRoundTrip({.format = AudioFormat::kFlac, .effort = effort}, 2, 44100, 20000, 80);
  }
}

TEST(RoundTrip, Mp3) {
  for (const int rate : LegalSampleRates(AudioFormat::kMp3)) {
    for (const int channels : {1, 2}) ExpectRoundTrip({.format = AudioFormat::kMp3}, channels, rate, 30011, 20);
    ExpectRoundTrip({.format = AudioFormat::kMp3, .quality = 2}, 2, rate, 30011, 12);
  }
  for (const int bitrate : {32000, 40000, 48000, 56000, 64000, 128000, 320000}) {
    ExpectRoundTrip({.format = AudioFormat::kMp3, .bitrate = bitrate}, 2, 44100, 30011, bitrate > 100000 ? 20 : 4);
  }
  // Frames with hardly any room, the smallest of all last.
  for (const int rate : {8000, 12000, 16000, 24000}) {
    ExpectRoundTrip({.format = AudioFormat::kMp3, .bitrate = 8000}, 1, rate, 30011, -HUGE_VAL);
  }
  for (const double quality : {0.0, 4.5, 9.0}) {
    ExpectRoundTrip({.format = AudioFormat::kMp3, .quality = quality}, 2, 44100, 30011, 8);
  }
  ExpectRoundTrip({.format = AudioFormat::kMp3, .effort = 9}, 2, 44100, 30011, 20);
}

TEST(RoundTrip, Vorbis) {
  for (const int rate : {1000, 8000, 11025, 22050, 44100, 48000, 96000, 192000, 200000}) {
    ExpectRoundTrip({.format = AudioFormat::kOgg, .quality = 6}, 2, rate, 30011, 10);
  }
  for (const int channels : {1, 2, 3, 4, 5, 6, 7, 8, 9, 16}) {
    ExpectRoundTrip({.format = AudioFormat::kOgg, .quality = 8}, channels, 44100, 22050, 8);
  }
  ExpectRoundTrip({.format = AudioFormat::kOgg}, 2, 44100, 30011, 8);
  ExpectRoundTrip({.format = AudioFormat::kOgg, .bitrate = 192000}, 2, 44100, 30011, 10);
}

TEST(RoundTrip, Opus) {
  for (const int rate : LegalSampleRates(AudioFormat::kOpus)) {
    ExpectRoundTrip({.format = AudioFormat::kOpus, .bitrate = 128000}, 2, rate, 24001, 12);
  }
  for (const int channels : {1, 2, 3, 4, 5, 6, 7, 8, 9, 16}) {
    ExpectRoundTrip({.format = AudioFormat::kOpus, .bitrate = 128000 * channels}, channels, 48000, 24001, 12);
  }
  ExpectRoundTrip({.format = AudioFormat::kOpus, .effort = 0}, 1, 48000, 24001, 8);
}

TEST(RoundTrip, M4a) {
  for (const int rate : LegalSampleRates(AudioFormat::kM4a)) {
    for (const int channels : {1, 2}) ExpectRoundTrip({.format = AudioFormat::kM4a}, channels, rate, 30011, 10);
  }
  for (const int channels : {3, 4, 5, 6, 7, 8}) {
    ExpectRoundTrip({.format = AudioFormat::kM4a, .bitrate = 96000 * channels}, channels, 44100, 22050, 10);
  }
}

// Every length has its own remainder in the blocks and packets of the encoders.
TEST(RoundTrip, LengthsAreExact) {
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kAiff, AudioFormat::kFlac, AudioFormat::kMp3,
                                   AudioFormat::kOgg, AudioFormat::kOpus, AudioFormat::kM4a}) {
    for (const std::int64_t frames :
         {0,   1,    2,    3,    100,  529,  575,  576,  577,  623,  624,  647,  648,  649,  959,  960,
          961, 1023, 1024, 1025, 1151, 1152, 1153, 1727, 1728, 1729, 2048, 4096, 4608, 9216, 44100}) {
      for (const int channels : {1, 2}) ExpectRoundTrip({.format = format}, channels, 48000, frames, -HUGE_VAL);
    }
  }
}

TEST(Encoder, BytesDoNotDependOnTheBlocks) {
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kAiff, AudioFormat::kFlac, AudioFormat::kMp3,
                                   AudioFormat::kOgg, AudioFormat::kOpus, AudioFormat::kM4a}) {
    const Waveform wave = TestTones(2, 40000, 48000);
    const EncodeOptions options{.format = format, .dither = format == AudioFormat::kFlac};
    const std::string once = EncodeInBlocks(wave, options);
    MemoryByteSink sink;
    AudioEncoder encoder(sink, 2, 48000, options);
    const float* planes[] = {wave.channel(0).data(), wave.channel(1).data()};
    encoder.Write(planes, wave.frames());
    encoder.Finish();
    EXPECT_EQ(encoder.frames(), 40000);
    EXPECT_TRUE(sink.bytes() == once) << AudioFormatName(format);
  }
}

TEST(Encoder, SinksThatOnlyAppendGetWholeFiles) {
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kAiff, AudioFormat::kFlac, AudioFormat::kMp3,
                                   AudioFormat::kOgg, AudioFormat::kOpus, AudioFormat::kM4a}) {
    const bool length_first = format == AudioFormat::kWav || format == AudioFormat::kAiff
        || format == AudioFormat::kFlac || format == AudioFormat::kMp3;
    for (const bool variable : {false, true}) {
      if (variable && format != AudioFormat::kMp3) continue;
      for (const std::int64_t frames : {0, 1, 1000, 30011}) {
        EncodeOptions options{.format = format};
        if (variable) options.quality = 2;
        SCOPED_TRACE(Describe(options, 2, 48000, frames));
        const Waveform wave = TestTones(2, frames, 48000);
        MemoryByteSink sink(false);
        EncodeWaveform(sink, wave, options);
        ASSERT_EQ(Outcome(sink.bytes()), "ok");
        const LoadedAudio back = Load(sink.bytes());
        EXPECT_EQ(back.waveform.frames(), frames);
        EXPECT_EQ(back.report.info.frames_from_header.has_value(), length_first || frames == 0);
        if (frames == 30011) {
          EXPECT_GE(MatchInDb(wave, back.waveform), 8);
        }
      }
    }
    const EncodeOptions unknown{.format = format};
    MemoryByteSink sink(false);
    if (length_first) {
      EXPECT_THROW(AudioEncoder(sink, 2, 48000, unknown), beam::UsageError);
      EncodeOptions wrong = unknown;
      wrong.expected_frames = 5;
      AudioEncoder encoder(sink, 2, 48000, wrong);
      try {
        encoder.Finish();
        ADD_FAILURE() << "a wrong length passed";
      } catch (const AudioError& error) {
        EXPECT_THAT(error.what(), HasSubstr("5 frames were announced"));
      }
    } else {
      AudioEncoder encoder(sink, 2, 48000, unknown);
      encoder.Finish();
      EXPECT_EQ(Load(sink.bytes()).waveform.frames(), 0);
    }
  }
}

TEST(Encoder, AWrongAnnouncementIsCorrectedWhereTheSinkCan) {
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kAiff, AudioFormat::kFlac, AudioFormat::kMp3,
                                   AudioFormat::kOgg, AudioFormat::kOpus, AudioFormat::kM4a}) {
    const Waveform wave = TestTones(1, 5000, 48000);
    MemoryByteSink sink;
    AudioEncoder encoder(sink, 1, 48000, {.format = format, .expected_frames = 7});
    const float* plane = wave.channel(0).data();
    encoder.Write(&plane, 5000);
    encoder.Finish();
    EXPECT_EQ(Load(sink.bytes()).waveform.frames(), 5000) << AudioFormatName(format);
  }
}

// NaN, infinities and what is far beyond full scale, among ordinary samples.
TEST(Encoder, SamplesThatAreNoSound) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kMax = std::numeric_limits<float>::max();
  constexpr std::size_t kAt = 3000;
  Waveform wave = TestTones(2, 12000, 48000);
  const float odd[] = {kNan, kInf, -kInf, kMax, -kMax, 1.5F, -1.5F, 1e-40F, -kNan};
  for (std::size_t i = 0; i < std::size(odd); ++i) wave.channel(0)[kAt + i] = odd[i];

  struct Case {
    EncodeOptions options;
    std::vector<float> becomes;  // empty: anything finite
  };
  constexpr float k16 = 32767.0F / 32768;
  constexpr float k24 = 8388607.0F / 8388608;
  const Case cases[] = {
      {{.format = AudioFormat::kWav}, {0, k16, -1, k16, -1, k16, -1, 0, 0}},
      {{.format = AudioFormat::kWav, .quantisation = Quantisation::kFloor}, {-1, k16, -1, k16, -1, k16, -1, 0, -1}},
      {{.format = AudioFormat::kWav, .bit_depth = BitDepth::kInt32}, {0, 1, -1, 1, -1, 1, -1, 0, 0}},
      {{.format = AudioFormat::kWav, .bit_depth = BitDepth::kFloat32},
       {kNan, kInf, -kInf, kMax, -kMax, 1.5F, -1.5F, 1e-40F, kNan}},
      {{.format = AudioFormat::kAiff, .bit_depth = BitDepth::kFloat64},
       {kNan, kInf, -kInf, kMax, -kMax, 1.5F, -1.5F, 1e-40F, kNan}},
      {{.format = AudioFormat::kFlac, .bit_depth = BitDepth::kInt24}, {0, k24, -1, k24, -1, k24, -1, 0, 0}},
      {{.format = AudioFormat::kMp3}, {}},
      {{.format = AudioFormat::kMp3, .quality = 0}, {}},
      {{.format = AudioFormat::kOgg}, {}},
      {{.format = AudioFormat::kOpus}, {}},
      {{.format = AudioFormat::kM4a}, {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(Describe(c.options, 2, 48000, 12000));
    const Waveform back = Load(Encode(wave, c.options)).waveform;
    ASSERT_EQ(back.frames(), 12000);
    const auto samples = back.channel(0);
    for (std::size_t i = 0; i < c.becomes.size(); ++i) {
      if (std::isnan(c.becomes[i])) {
        EXPECT_TRUE(std::isnan(samples[kAt + i])) << i;
      } else {
        EXPECT_EQ(samples[kAt + i], c.becomes[i]) << i;
      }
    }
    if (c.becomes.empty()) {
      for (const float sample : samples) ASSERT_TRUE(std::abs(sample) < 100);
      // The codec has come through: what is far behind is as it was.
      double error = 0;
      for (std::size_t i = 9000; i < 12000; ++i)
        error = std::max(error, std::abs(1.0 * samples[i] - wave.channel(0)[i]));
      EXPECT_LT(error, 0.2);
    }
  }
}

TEST(Encoder, LossyCodecsKeepWhatIsBeyondFullScale) {
  Waveform loud = TestTones(1, 48000, 48000);
  for (float& sample : loud.channel(0)) sample *= 6;  // peaks at about 2.4
  for (const AudioFormat format : {AudioFormat::kMp3, AudioFormat::kOgg, AudioFormat::kM4a}) {
    const Waveform back = Load(Encode(loud, {.format = format})).waveform;
    EXPECT_GT(std::ranges::max(back.channel(0)), 1.8F) << AudioFormatName(format);
    EXPECT_GE(MatchInDb(loud, back), 4) << AudioFormatName(format);
  }
}

TEST(Encoder, StopsWhenTheRunIsCancelled) {
  const Waveform wave = TestTones(1, 100, 48000);
  MemoryByteSink sink;
  AudioEncoder encoder(sink, 1, 48000, {});
  beam::RequestCancel();
  const float* plane = wave.channel(0).data();
  EXPECT_THROW(encoder.Write(&plane, 100), beam::Cancelled);
  beam::ResetCancel();
}

// What the original's tests ask of its encoders: 1 kHz, half a second, amplitude 0.5.
TEST(Encoder, ReferencesOfTheOriginal) {
  struct Case {
    EncodeOptions options;
    double largest;
    double mean;
  };
  const Case cases[] = {
      {{.format = AudioFormat::kWav}, 1e-4, 1e-4},
      {{.format = AudioFormat::kWav, .quantisation = Quantisation::kFloor}, 1e-4, 1e-4},
      {{.format = AudioFormat::kWav, .bit_depth = BitDepth::kInt24}, 1e-6, 1e-6},
      {{.format = AudioFormat::kMp3}, 1e-2, 1e-4},
  };
  for (const Case& c : cases) {
    for (const int channels : {1, 2}) {
      Waveform sine(channels, 22050, 44100);
      for (int channel = 0; channel < channels; ++channel) {
        for (std::size_t i = 0; i < 22050; ++i) {
          const double phase = 2 * std::numbers::pi * 1000 * static_cast<double>(i) / 44100;
          sine.channel(channel)[i] = static_cast<float>(0.5 * std::sin(phase));
        }
      }
      const Waveform back = Load(Encode(sine, c.options)).waveform;
      ASSERT_EQ(back.frames(), 22050);
      double largest = 0;
      double sum = 0;
      for (std::size_t i = 0; i < 22050; ++i) {
        const double error = std::abs(1.0 * back.channel(channels - 1)[i] - sine.channel(channels - 1)[i]);
        largest = std::max(largest, error);
        sum += error;
      }
      EXPECT_LT(largest, c.largest) << Describe(c.options, channels, 44100, 22050);
      EXPECT_LT(sum / 22050, c.mean) << Describe(c.options, channels, 44100, 22050);
    }
  }
}

}  // namespace
}  // namespace klay
