#include "klay/audio/encoded_size.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <vector>

#include "klay/audio/encode_test_util.h"
#include "klay/audio/encoder.h"

namespace klay {
namespace {

TEST(EncodedSizeTest, IsWhatIsEncoded) {
  const struct {
    EncodeOptions options;
    int channels;
    int rate;
    double tolerance;  // relative
  } cases[] = {
      {{}, 1, 8000, 0},
      {{.bit_depth = BitDepth::kInt8}, 1, 8000, 0},
      {{.bit_depth = BitDepth::kInt24}, 3, 44100, 0},
      {{.bit_depth = BitDepth::kFloat32}, 2, 48000, 0},
      {{.format = AudioFormat::kAiff, .bit_depth = BitDepth::kInt8}, 1, 8000, 0},
      {{.format = AudioFormat::kAiff}, 2, 8000, 0},
      {{.format = AudioFormat::kMp3}, 2, 44100, 0.04},
      {{.format = AudioFormat::kMp3, .bitrate = 64000}, 1, 22050, 0.04},
      {{.format = AudioFormat::kOgg, .bitrate = 96000}, 2, 44100, 2},  // nominal: tones need less
      {{.format = AudioFormat::kOpus, .bitrate = 64000}, 2, 48000, 0.4},
      {{.format = AudioFormat::kM4a}, 2, 44100, 0.4},
  };
  for (const auto& c : cases) {
    const Waveform tones = TestTones(c.channels, c.rate * 3 + 1, c.rate);
    MemoryByteSink sink;
    AudioEncoder encoder(sink, c.channels, c.rate, c.options);
    std::vector<const float*> planes;
    for (int channel = 0; channel < c.channels; ++channel) planes.push_back(tones.channel(channel).data());
    encoder.Write(planes.data(), tones.frames());
    encoder.Finish();
    const auto expected = ExpectedFileBytes(c.options, c.channels, c.rate, tones.frames());
    ASSERT_TRUE(expected.has_value());
    const auto found = static_cast<double>(sink.bytes().size());
    EXPECT_LE(std::abs(static_cast<double>(*expected) - found), c.tolerance * found)
        << AudioFormatName(c.options.format) << ": " << *expected << " expected, " << found << " found";
  }
}

TEST(EncodedSizeTest, IsUnknownWhereTheSignalDecides) {
  for (const EncodeOptions& options :
       {EncodeOptions{.format = AudioFormat::kFlac}, EncodeOptions{.format = AudioFormat::kOgg},
        EncodeOptions{.format = AudioFormat::kMp3, .quality = 2}}) {
    EXPECT_EQ(ExpectedFileBytes(options, 2, 44100, 1000), std::nullopt);
  }
  EXPECT_THROW(ExpectedFileBytes({.format = AudioFormat::kMp3}, 2, 12345, 1000), AudioError);
}

}  // namespace
}  // namespace klay
