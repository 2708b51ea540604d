#include "klay/audio/wav_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "klay/audio/audio_test_util.h"
#include "klay/audio/container_reader.h"
#include "klay/audio/packet_decoder.h"

namespace klay {
namespace {

using testing::HasSubstr;

// Decodes with FFmpeg's demuxer and decoder, as other containers are.
Waveform ThroughFfmpeg(const std::string& bytes) {
  internal::InitFfmpeg();
  MemoryByteSource memory(bytes);
  internal::BufferedSource source(memory);
  const DecodeOptions options;
  DecodeReport report;
  internal::DamageLog damage(OnDamage::kFail, report);
  const AVInputFormat* format = internal::RecogniseContainer(source.Peek(4096));
  internal::PacketDecoder decoder(std::make_unique<internal::ContainerReader>(*format, source, damage, report),
                                  source.size(), options, damage, report);
  Waveform wave(report.info.channels, 100000, report.info.sample_rate);
  std::vector<float*> planes;
  for (int c = 0; c < wave.channels(); ++c) planes.push_back(wave.channel(c).data());
  wave.Resize(decoder.Read(planes.data(), 100000));
  return wave;
}

TEST(WavReader, EqualsFfmpegBitForBit) {
  for (const char* name : {"s16-1ch.wav", "s16-2ch.wav", "s16-4ch.wav", "s16-6ch.wav", "u8.wav", "s24.wav", "s32.wav",
                           "s64.wav", "f32.wav", "f64.wav", "s24-3ch-extensible.wav", "192000.wav"}) {
    const std::string bytes = Fixture(std::string("valid/") + name);
    const LoadedAudio own = Load(bytes);
    EXPECT_EQ(own.report.info.container, "wav");
    const Waveform theirs = ThroughFfmpeg(bytes);
    ASSERT_EQ(own.waveform.frames(), theirs.frames()) << name;
    ASSERT_EQ(own.waveform.channels(), theirs.channels()) << name;
    EXPECT_EQ(own.waveform.sample_rate(), theirs.sample_rate()) << name;
    for (int c = 0; c < theirs.channels(); ++c) {
      EXPECT_TRUE(std::ranges::equal(own.waveform.channel(c), theirs.channel(c))) << name;
    }
  }
}

// A small language for headers: pieces put together by the test.
std::string Le(std::uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}
std::string Riff(const std::string& chunks) { return "RIFF" + Le(4 + chunks.size(), 4) + "WAVE" + chunks; }
std::string Chunk(const std::string& id, const std::string& bytes) {
  return id + Le(bytes.size(), 4) + bytes + std::string(bytes.size() % 2, '\0');
}
std::string Fmt(int tag, int channels, int rate, int bits, int align = -1) {
  const int frame = align >= 0 ? align : channels * ((bits + 7) / 8);
  return Chunk("fmt ",
               Le(static_cast<unsigned>(tag), 2) + Le(static_cast<unsigned>(channels), 2)
                   + Le(static_cast<unsigned>(rate), 4) + Le(static_cast<unsigned>(rate * frame), 4)
                   + Le(static_cast<unsigned>(frame), 2) + Le(static_cast<unsigned>(bits), 2));
}
std::string Data(std::uint32_t size, const std::string& bytes) { return "data" + Le(size, 4) + bytes; }

TEST(WavReader, Headers) {
  const std::string pcm = Fmt(1, 1, 8000, 16);
  const std::string ten(20, '\x01');
  struct Case {
    const char* what;
    std::string file;
    const char* outcome;
    std::int64_t frames;  // where it is ok
  };
  const Case cases[] = {
      {"plain", Riff(pcm + Chunk("data", ten)), "ok", 10},
      {"no samples", Riff(pcm + Chunk("data", "")), "ok", 0},
      {"no samples, then chunks", Riff(pcm + Chunk("data", "") + Chunk("LIST", "abcd")), "ok", 0},
      {"chunks around",
       Riff(Chunk("JUNK", "abc") + pcm + Chunk("fact", "abcd") + Chunk("data", ten) + Chunk("LIST", "x")), "ok", 10},
      {"odd data with its pad", Riff(Fmt(1, 1, 8000, 8) + Chunk("data", "abc")), "ok", 3},
      {"odd data without its pad", Riff(Fmt(1, 1, 8000, 8) + Data(3, "abc")), "ok", 3},
      {"streamed, FFmpeg", Riff(pcm + Data(0xFFFFFFFF, ten)), "ok", 10},
      {"streamed, SoX", Riff(pcm + Data(0x7FFFF000, ten)), "ok", 10},
      {"streamed, zero", Riff(pcm + Data(0, ten)), "ok", 10},
      {"streamed, with a pad byte", Riff(pcm + Data(0xFFFFFFFF, ten + '\0')), "ok", 10},
      {"streamed, ends in a frame", Riff(Fmt(1, 2, 8000, 16) + Data(0xFFFFFFFF, ten + "ab")), "truncated", 0},
      {"one byte missing", Riff(pcm + Data(22, ten + 'a')), "11 frames expected by the WAV header, 10 in the file", 0},
      {"all samples missing", Riff(pcm + Data(20, "")), "10 frames expected by the WAV header, 0 in the file", 0},
      {"data before fmt", Riff(Chunk("data", ten) + pcm), "does not say the format", 0},
      {"no data", Riff(pcm), "ends within its WAV header", 0},
      {"no fmt", Riff(""), "ends within its WAV header", 0},
      {"chunk beyond the end", Riff(pcm + "LIST" + Le(5000, 4)), "ends within its WAV header", 0},
      {"format chunk too short", Riff(Chunk("fmt ", "abcd") + Chunk("data", ten)), "format chunk of 4 bytes", 0},
      {"0 channels", Riff(Fmt(1, 0, 8000, 16) + Chunk("data", ten)), "0 channels", 0},
      {"0 Hz", Riff(Fmt(1, 1, 0, 16) + Chunk("data", ten)), "0 Hz", 0},
      {"frame size contradicts", Riff(Fmt(1, 1, 8000, 16, 3) + Chunk("data", ten)), "3 bytes a frame", 0},
      {"frame size 0", Riff(Fmt(1, 1, 8000, 16, 0) + Chunk("data", ten)), "0 bytes a frame", 0},
      {"unknown codec", Riff(Fmt(0x7777, 1, 8000, 16) + Chunk("data", ten)), "", 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    EXPECT_THAT(Outcome(c.file), HasSubstr(c.outcome));
    if (std::string_view(c.outcome) == "ok") {
      EXPECT_EQ(Load(c.file).waveform.frames(), c.frames);
    } else {
      EXPECT_NE(Outcome(c.file), "ok");
    }
  }
}

TEST(WavReader, ScalesToFullRange) {
  struct Case {
    int tag;
    int bits;
    std::string samples;
    std::vector<float> expected;
  };
  const Case cases[] = {
      {1, 8, std::string("\x00\x80\xFF\xC0", 4), {-1, 0, 127.0F / 128, 0.5}},
      {1, 16, std::string("\x00\x80\x00\x00\xFF\x7F\x00\x40", 8), {-1, 0, 32767.0F / 32768, 0.5}},
      {1, 24, std::string("\x00\x00\x80\x00\x00\x00\xFF\xFF\x7F", 9), {-1, 0, 8388607.0F / 8388608}},
      {1, 32, std::string("\x00\x00\x00\x80\x00\x00\x00\x40", 8), {-1, 0.5}},
      {3, 32, std::string("\x00\x00\x00\xC0\x00\x00\xC0\x3F", 8), {-2, 1.5}},
      {3, 64, std::string("\x00\x00\x00\x00\x00\x00\xE0\x3F", 8), {0.5}},
  };
  for (const Case& c : cases) {
    const Waveform wave = Load(Riff(Fmt(c.tag, 1, 8000, c.bits) + Chunk("data", c.samples))).waveform;
    EXPECT_TRUE(std::ranges::equal(wave.channel(0), c.expected)) << c.tag << ", " << c.bits << " bits";
  }
}

}  // namespace
}  // namespace klay
