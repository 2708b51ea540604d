#include "klay/audio/encode_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "beam/base/error.h"
#include "klay/audio/encode_test_util.h"

namespace klay {
namespace {

using testing::HasSubstr;

TEST(AudioFormat, Names) {
  for (const char* name : {"wav", ".WAV", "aiff", ".aif", "flac", "mp3", "ogg", "opus", ".m4a"}) {
    EXPECT_NO_THROW(ParseAudioFormat(name)) << name;
  }
  EXPECT_EQ(ParseAudioFormat(".Ogg"), AudioFormat::kOgg);
  EXPECT_EQ(AudioFormatName(ParseAudioFormat("aif")), "aiff");
  for (const char* name : {"", ".", "..wav", "wma", "wav ", "mp4"}) {
    EXPECT_THROW(ParseAudioFormat(name), beam::UsageError) << name;
  }
}

TEST(BitDepth, Names) {
  for (const char* name : {"8", "16", "24", "32", "32f", "64f"}) EXPECT_EQ(BitDepthName(ParseBitDepth(name)), name);
  for (const char* name : {"", "12", "64", "16f", " 16"}) EXPECT_THROW(ParseBitDepth(name), beam::UsageError) << name;
}

TEST(CheckOptions, Table) {
  struct Case {
    EncodeOptions options;
    const char* outcome;
  };
  using enum AudioFormat;
  const Case cases[] = {
      {{}, "ok"},
      {{.format = kMp3, .bitrate = 128000}, "ok"},
      {{.format = kMp3, .quality = 0}, "ok"},
      {{.format = kOgg, .quality = -1}, "ok"},
      {{.format = kWav, .bit_depth = BitDepth::kInt24, .dither = true}, "ok"},
      {{.format = kFlac, .bit_depth = BitDepth::kInt16, .quantisation = Quantisation::kFloor}, "ok"},
      {{.format = kMp3, .bitrate = 128000, .quality = 2}, "either a bitrate or a quality"},
      {{.format = kWav, .bitrate = 128000}, "no bitrate"},
      {{.format = kFlac, .bitrate = 128000}, "no bitrate"},
      {{.format = kOpus, .quality = 3}, "no quality"},
      {{.format = kM4a, .quality = 3}, "no quality"},
      {{.format = kMp3, .quality = 10}, "quality 10 is out of range: it goes from 0 to 9.999"},
      {{.format = kMp3, .quality = -0.1}, "out of range"},
      {{.format = kMp3, .quality = std::nan("")}, "out of range"},
      {{.format = kOgg, .quality = 10.5}, "quality 10.5 is out of range: it goes from -1 to 10"},
      {{.format = kOgg, .effort = 3}, "no effort"},
      {{.format = kFlac, .effort = 13}, "from 0 to 12"},
      {{.format = kMp3, .effort = 10}, "from 0 to 9"},
      {{.format = kOpus, .effort = -1}, "from 0 to 10"},
      {{.format = kMp3, .bit_depth = BitDepth::kInt16}, "no bit depth"},
      {{.format = kFlac, .bit_depth = BitDepth::kInt8}, "16 or 24, not 8"},
      {{.format = kFlac, .bit_depth = BitDepth::kFloat32}, "16 or 24, not 32f"},
      {{.format = kWav, .bit_depth = BitDepth::kInt32, .dither = true}, "dither is for"},
      {{.format = kWav, .bit_depth = BitDepth::kFloat32, .dither = true}, "dither is for"},
      {{.format = kMp3, .dither = true}, "dither is for"},
      {{.format = kWav, .quantisation = Quantisation::kFloor, .dither = true}, "dither goes with rounding"},
      {{.format = kOgg, .quantisation = Quantisation::kFloor}, "floor is for integer samples"},
      {{.format = kWav, .bit_depth = BitDepth::kFloat32, .quantisation = Quantisation::kFloor}, "floor is for integer"},
      {{.format = kOpus, .bitrate = -5}, "bitrate -5 is out of range"},
      {{.expected_frames = -1}, "-1 frames"},
  };
  for (const Case& c : cases) {
    std::string outcome = "ok";
    try {
      CheckOptions(c.options);
    } catch (const beam::UsageError& error) {
      outcome = error.what();
    }
    EXPECT_THAT(outcome, HasSubstr(c.outcome));
  }
}

// What an encoder would change silently is an error that names what is nearest.
TEST(CheckEncoding, Table) {
  struct Case {
    EncodeOptions options;
    int channels;
    int rate;
    const char* outcome;
  };
  using enum AudioFormat;
  const Case cases[] = {
      {{.format = kWav}, 1, 1, "ok"},
      {{.format = kWav}, 32767, 44100, "ok"},
      {{.format = kWav}, 32768, 44100, "wav holds 1 to 32767 channels, not 32768"},
      {{.format = kWav, .bit_depth = BitDepth::kFloat64}, 8192, 44100, "1 to 8191 channels"},
      {{.format = kWav}, 0, 44100, "not 0"},
      {{.format = kWav}, 1, 0, "no sample rate of 0 Hz: the nearest is 1 Hz"},
      {{.format = kWav}, 2, 2000000000, "ok"},
      {{.format = kAiff}, 32767, 44100, "ok"},
      {{.format = kAiff}, 32768, 44100, "1 to 32767"},
      {{.format = kFlac}, 8, 384000, "ok"},
      {{.format = kFlac}, 9, 44100, "flac holds 1 to 8 channels, not 9"},
      {{.format = kFlac}, 1, 65534, "ok"},
      {{.format = kFlac}, 1, 65535, "the nearest are 65530 and 65540 Hz"},
      {{.format = kFlac}, 1, 65537, "the nearest are 65530 and 65540 Hz"},
      {{.format = kFlac}, 1, 655360, "the nearest is 655340 Hz"},
      {{.format = kMp3}, 3, 44100, "mp3 holds 1 or 2 channels, not 3"},
      {{.format = kMp3}, 2, 96000, "mp3 has no sample rate of 96000 Hz: the nearest is 48000 Hz"},
      {{.format = kMp3}, 2, 12345, "the nearest are 12000 and 16000 Hz"},
      {{.format = kMp3}, 2, 4000, "the nearest is 8000 Hz"},
      {{.format = kMp3, .bitrate = 100000},
       2,
       44100,
       "no bitrate of 100000 at 44100 Hz: the nearest are 96000 and 112000 bits a second"},
      {{.format = kMp3, .bitrate = 999000}, 2, 44100, "the nearest is 320000 bits a second"},
      {{.format = kMp3, .bitrate = 192000}, 2, 22050, "the nearest is 160000 bits a second"},
      {{.format = kMp3, .bitrate = 144000}, 2, 44100, "the nearest are 128000 and 160000"},
      {{.format = kMp3, .bitrate = 144000}, 2, 22050, "ok"},
      {{.format = kMp3, .bitrate = 64000}, 1, 8000, "ok"},
      {{.format = kMp3, .bitrate = 80000}, 1, 8000, "the nearest is 64000"},
      {{.format = kOgg}, 255, 44100, "ok"},
      {{.format = kOgg}, 256, 44100, "1 to 255"},
      {{.format = kOgg}, 2, 200000, "ok"},
      {{.format = kOgg}, 2, 200001, "the nearest is 200000 Hz"},
      {{.format = kOpus}, 2, 44100, "opus has no sample rate of 44100 Hz: the nearest are 24000 and 48000 Hz"},
      {{.format = kOpus, .bitrate = 5000}, 2, 48000, "it goes from 12000 to 512000"},
      {{.format = kOpus, .bitrate = 600000}, 2, 48000, "it goes from 12000 to 512000"},
      {{.format = kOpus}, 255, 48000, "ok"},
      {{.format = kOpus}, 256, 48000, "1 to 255"},
      {{.format = kM4a}, 2, 192000, "the nearest is 96000 Hz"},
      {{.format = kM4a, .bitrate = 600000}, 2, 44100, "it goes from 16000 to 529200"},
      {{.format = kM4a}, 9, 44100, "1 to 8"},
  };
  for (const Case& c : cases) {
    std::string outcome = "ok";
    try {
      CheckEncoding(c.options, c.channels, c.rate);
    } catch (const AudioError& error) {
      outcome = error.what();
    }
    EXPECT_THAT(outcome, HasSubstr(c.outcome)) << c.channels << " channels at " << c.rate;
  }
}

// The limits above are those of the libraries: at each edge the encoder really takes the signal.
TEST(CheckEncoding, WhatPassesIsEncodedAsItIs) {
  struct Case {
    EncodeOptions options;
    int channels;
    int rate;
  };
  using enum AudioFormat;
  std::vector<Case> cases = {
      {{.format = kFlac}, 8, 655340},
      {{.format = kFlac}, 1, 65534},
      {{.format = kFlac}, 1, 65540},
      {{.format = kOgg}, 1, 1},
      {{.format = kOgg, .quality = -1}, 2, 200000},
      {{.format = kOgg, .quality = 10}, 2, 8000},
      {{.format = kOgg}, 255, 44100},
      {{.format = kOpus, .bitrate = 6000}, 1, 48000},
      {{.format = kOpus, .bitrate = 512000}, 2, 48000},
      {{.format = kOpus, .bitrate = 2048000}, 8, 48000},
      {{.format = kOpus}, 255, 8000},
      {{.format = kM4a, .bitrate = 16000}, 2, 44100},
      {{.format = kM4a, .bitrate = 529200}, 2, 44100},
      {{.format = kWav}, 32767, 8000},
      {{.format = kAiff}, 255, 8000},
  };
  for (const int rate : LegalSampleRates(kMp3)) {
    for (const int bitrate : {8000, 32000, 56000, 64000, 144000, 160000, 320000}) {
      const EncodeOptions options{.format = kMp3, .bitrate = bitrate};
      try {
        CheckEncoding(options, 2, rate);
      } catch (const AudioError&) {
        continue;
      }
      cases.push_back({options, 2, rate});
      cases.push_back({options, 1, rate});
    }
  }
  DecodeOptions decode;
  decode.max_channels = 40000;
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(AudioFormatName(c.options.format)) + " " + std::to_string(c.channels) + " channels at "
                 + std::to_string(c.rate) + ", " + std::to_string(c.options.bitrate.value_or(0)) + " b/s");
    const std::int64_t frames = c.channels > 255 ? 10 : 3000;
    const std::string bytes = Encode(TestTones(c.channels, frames, c.rate), c.options);
    MemoryByteSource source(bytes);
    const LoadedAudio back = LoadWaveform(source, decode);
    EXPECT_EQ(back.waveform.channels(), c.channels);
    EXPECT_EQ(back.waveform.sample_rate(), c.options.format == kOpus ? 48000 : c.rate);
    EXPECT_EQ(back.waveform.frames(), c.options.format == kOpus ? frames * (48000 / c.rate) : frames);
  }
}

// The bit rates asked for are those that come.
TEST(CheckEncoding, BitratesAreKept) {
  struct Case {
    EncodeOptions options;
    int channels;
    double tolerance;
  };
  using enum AudioFormat;
  const Case cases[] = {
      {{.format = kMp3, .bitrate = 64000}, 1, 0.01},   {{.format = kMp3, .bitrate = 128000}, 2, 0.01},
      {{.format = kMp3, .bitrate = 320000}, 2, 0.01},  {{.format = kM4a, .bitrate = 96000}, 1, 0.1},
      {{.format = kM4a, .bitrate = 256000}, 2, 0.1},   {{.format = kOpus, .bitrate = 64000}, 2, 0.15},
      {{.format = kOpus, .bitrate = 256000}, 2, 0.15}, {{.format = kOgg, .bitrate = 128000}, 2, 0.35},
      {{.format = kOgg, .bitrate = 256000}, 2, 0.35},
  };
  // Noise, so that nothing is easy.
  Waveform noise(2, 10 * 48000, 48000);
  std::uint32_t state = 1;
  for (int c = 0; c < 2; ++c) {
    for (float& sample : noise.channel(c)) {
      state = state * 1664525 + 1013904223;
      sample = static_cast<float>(static_cast<std::int32_t>(state)) * (0.2F / 2147483648.0F);
    }
  }
  for (const Case& c : cases) {
    MemoryByteSink sink;
    AudioEncoder encoder(sink, c.channels, 48000, c.options);
    const float* planes[] = {noise.channel(0).data(), noise.channel(1).data()};
    encoder.Write(planes, noise.frames());
    encoder.Finish();
    const double bitrate = static_cast<double>(sink.bytes().size()) * 8 / 10;
    EXPECT_NEAR(bitrate / *c.options.bitrate, 1, c.tolerance)
        << AudioFormatName(c.options.format) << ' ' << *c.options.bitrate;
  }
}

TEST(CheckEncoding, OggNamesTheNearestBitrate) {
  for (const int bitrate : {500, 3000000}) {
    MemoryByteSink sink;
    try {
      AudioEncoder(sink, 2, 44100, {.format = AudioFormat::kOgg, .bitrate = bitrate});
      ADD_FAILURE() << bitrate;
    } catch (const AudioError& error) {
      const std::string text = error.what();
      const std::string before = "the nearest is ";
      const std::size_t at = text.find(before);
      ASSERT_NE(at, text.npos) << text;
      const int nearest = std::stoi(text.substr(at + before.size()));
      EXPECT_NO_THROW(AudioEncoder(sink, 2, 44100, {.format = AudioFormat::kOgg, .bitrate = nearest})) << text;
      const int beyond = bitrate < nearest ? nearest - 1 : nearest + 1;
      EXPECT_THROW(AudioEncoder(sink, 2, 44100, {.format = AudioFormat::kOgg, .bitrate = beyond}), AudioError) << text;
    }
  }
}

}  // namespace
}  // namespace klay
