// The bytes of WAV and AIFF files.
#include "klay/audio/pcm_writer.h"

#include <gtest/gtest.h>

#include <string>

#include "klay/audio/decoder.h"
#include "klay/audio/encode_test_util.h"

namespace klay {
namespace {

using namespace std::string_literals;

Waveform Signal(int channels, const std::vector<float>& samples) {
  Waveform wave(channels, static_cast<std::int64_t>(samples.size()), 44100);
  for (int c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < samples.size(); ++i) wave.channel(c)[i] = c == 0 ? samples[i] : -samples[i];
  }
  return wave;
}

TEST(WavWriter, WholeFiles) {
  struct Case {
    BitDepth depth;
    int channels;
    std::string bytes;
  };
  const Case cases[] = {
      {BitDepth::kInt16, 1,
       "RIFF\x2A\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x44\xAC\0\0\x88\x58\1\0\2\0\x10\0data\6\0\0\0"
       "\0\x40\xFF\x7F\xE0\xDF"s},
      {BitDepth::kInt8, 1,
       "RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x44\xAC\0\0\x44\xAC\0\0\1\0\x08\0data\3\0\0\0"
       "\xC0\xFF\x60\0"s},
      {BitDepth::kInt24, 2,
       "RIFF\x36\0\0\0WAVEfmt \x10\0\0\0\1\0\2\0\x44\xAC\0\0\x98\x09\4\0\6\0\x18\0data\x12\0\0\0"
       "\0\0\x40\0\0\xC0\xFF\xFF\x7F\0\0\x80\0\xE0\xDF\0\x20\x20"s},
      {BitDepth::kFloat32, 1,
       "RIFF\x3E\0\0\0WAVEfmt "
       "\x12\0\0\0\3\0\1\0\x44\xAC\0\0\x10\xB1\2\0\4\0\x20\0\0\0fact\4\0\0\0\3\0\0\0data\x0C\0\0\0"
       "\0\0\0\x3F\0\0\xC0\x3F\0\x80\x80\xBE"s},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Encode(Signal(c.channels, {0.5F, 1.5F, -0.2509765625F}), {.bit_depth = c.depth}), c.bytes)
        << BitDepthName(c.depth);
  }
}

TEST(WavWriter, HeadersAreThePlainOnes) {
  for (const BitDepth depth : {BitDepth::kInt8, BitDepth::kInt16, BitDepth::kInt24, BitDepth::kInt32}) {
    for (const int channels : {1, 2}) EXPECT_EQ(Encode(Signal(channels, {}), {.bit_depth = depth}).size(), 44U);
  }
  EXPECT_EQ(Encode(Signal(2, {}), {.bit_depth = BitDepth::kFloat64}).size(), 58U);
  const std::string surround = Encode(Signal(6, {}), {});
  EXPECT_EQ(surround.size(), 68U);
  EXPECT_EQ(surround.substr(36, 8), "\x16\0\x10\0\x3F\0\0\0"s);  // extension of 22 bytes, 16 bits, 5.1
  // Of unknown length: room for 64-bit sizes.
  const std::string unknown = EncodeInBlocks(Signal(1, {0.5F, 1.5F, 0}), {});
  EXPECT_EQ(unknown.size(), 44U + 36 + 6);
  EXPECT_EQ(unknown.substr(12, 8), "JUNK\x1C\0\0\0"s);
  EXPECT_EQ(unknown.substr(4, 4), "\x4E\0\0\0"s);
}

// Gives the beginning of a file from memory, and silence for the rest of its size.
class SparseSource : public beam::ByteSource {
 public:
  SparseSource(std::string head, std::uint64_t size) : head_(std::move(head)), size_(size) {}
  std::size_t Read(void* out, std::size_t size) override {
    if (position_ >= size_) return 0;
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - position_));
    std::memset(out, 0, size);
    if (position_ < head_.size()) {
      std::memcpy(out, head_.data() + position_, std::min<std::size_t>(size, head_.size() - position_));
    }
    position_ += size;
    return size;
  }
  void Seek(std::uint64_t offset) override { position_ = offset; }
  std::optional<std::uint64_t> Size() const override { return size_; }
  const std::string& path() const override { return path_; }

 private:
  std::string head_;
  std::uint64_t size_;
  std::string path_ = "sparse";
  std::uint64_t position_ = 0;
};

// Headers of files that nobody writes in a test.
TEST(WavWriter, GoesOnBeyondFourGigabytes) {
  struct Case {
    std::int64_t frames;  // of two channels of 16 bits
    bool announced;
    const char* id;
  };
  const Case cases[] = {
      {1000, true, "RIFF"},
      {1000, false, "RIFF"},
      {1'073'700'000, true, "RIFF"},
      {1'073'700'000, false, "RIFF"},
      {1'073'741'824, true, "RF64"},
      {1'073'741'824, false, "RF64"},
      {std::int64_t{1} << 40, true, "RF64"},
      {std::int64_t{1} << 40, false, "RF64"},
  };
  for (const Case& c : cases) {
    EncodeOptions options;
    if (c.announced) options.expected_frames = c.frames;
    const auto header = internal::MakeWavHeader(2, 44100, options);
    const std::string bytes = header->For(c.frames);
    EXPECT_EQ(bytes.substr(0, 4), c.id) << c.frames;
    EXPECT_EQ(bytes.size(), c.announced && bytes.starts_with("RIFF") ? 44U : 80U);
    // What is written first is replaced at the end: it must be as long.
    EXPECT_EQ(header->For(0).size(), bytes.size());
    SparseSource source(bytes, bytes.size() + static_cast<std::uint64_t>(c.frames) * 4);
    const AudioDecoder decoder(source);
    EXPECT_EQ(decoder.info().frames_from_header, c.frames);
  }
  EncodeOptions too_few;
  too_few.expected_frames = 5;
  EXPECT_THROW(internal::MakeWavHeader(2, 44100, too_few)->For(std::int64_t{1} << 40), AudioError);
}

TEST(AiffWriter, WholeFiles) {
  EXPECT_EQ(Encode(Signal(2, {0.5F, 1.5F, -0.25F}), {.format = AudioFormat::kAiff}),
            "FORM\0\0\0\x3A"
            "AIFFCOMM\0\0\0\x12\0\2\0\0\0\3\0\x10\x40\x0E\xAC\x44\0\0\0\0\0\0SSND\0\0\0\x14\0\0\0\0\0\0\0\0"
            "\x40\0\xC0\0\x7F\xFF\x80\0\xE0\0\x20\0"s);
  EXPECT_EQ(Encode(Signal(1, {0.5F}), {.format = AudioFormat::kAiff, .bit_depth = BitDepth::kInt8}),
            "FORM\0\0\0\x30"
            "AIFFCOMM\0\0\0\x12\0\1\0\0\0\1\0\x08\x40\x0E\xAC\x44\0\0\0\0\0\0SSND\0\0\0\x09\0\0\0\0\0\0\0\0"
            "\x40\0"s);
  EXPECT_EQ(Encode(Signal(1, {-1.5F}), {.format = AudioFormat::kAiff, .bit_depth = BitDepth::kFloat32}),
            "FORM\0\0\0\x44"
            "AIFCFVER\0\0\0\4\xA2\x80\x51\x40"
            "COMM\0\0\0\x18\0\1\0\0\0\1\0\x20\x40\x0E\xAC\x44\0\0\0\0\0\0"
            "fl32\0\0SSND\0\0\0\x0C\0\0\0\0\0\0\0\0\xBF\xC0\0\0"s);
}

TEST(AiffWriter, SaysWhatItDoesNotHold) {
  MemoryByteSink sink;
  const EncodeOptions too_long{.format = AudioFormat::kAiff, .expected_frames = std::int64_t{1} << 31};
  EXPECT_THROW(AudioEncoder(sink, 2, 44100, too_long), AudioError);
}

}  // namespace
}  // namespace klay
