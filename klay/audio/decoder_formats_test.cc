// Every format, channel count and rate of the fixtures: exact lengths, and the signal where it belongs.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "klay/audio/audio_test_util.h"
#include "klay/audio/decoder.h"

namespace klay {
namespace {

// A line of valid.tsv, which the script that makes the files writes.
struct Row {
  std::string name;
  std::string source;
  int rate = 0;
  int channels = 0;
  std::int64_t frames = 0;  // -1: the format cannot tell exactly
  std::string match;        // "exact", "none", or dB
};

std::vector<Row> ReadTable() {
  std::vector<Row> rows;
  std::ifstream in(FixturePath("valid.tsv"));
  for (Row row; in >> row.name >> row.source >> row.rate >> row.channels >> row.frames >> row.match;)
    rows.push_back(row);
  return rows;
}

class Formats : public testing::Test {
 protected:
  const std::vector<Row> table_ = ReadTable();
};

TEST_F(Formats, TableIsThere) { EXPECT_GE(table_.size(), 70U); }

TEST_F(Formats, HaveExactLengthsAndTheSignalInPlace) {
  for (const Row& row : table_) {
    SCOPED_TRACE(row.name);
    const LoadedAudio audio = Load(Fixture("valid/" + row.name));
    const Waveform reference = Load(Fixture("sources/" + row.source)).waveform;
    EXPECT_EQ(audio.waveform.sample_rate(), row.rate);
    ASSERT_EQ(audio.waveform.channels(), row.channels);
    EXPECT_EQ(audio.report.frames, audio.waveform.frames());
    EXPECT_FALSE(audio.report.damaged()) << audio.report.DamageText();
    EXPECT_EQ(audio.report.concealed_frames, 0);
    if (row.frames >= 0) {
      ASSERT_EQ(audio.waveform.frames(), row.frames);
    } else {
      // Nothing tells how much the encoder added: up to some of its blocks. Nothing of the signal is missing.
      EXPECT_GE(audio.waveform.frames(), reference.frames() - 2048);
      EXPECT_LE(audio.waveform.frames(), reference.frames() + 3 * 2048);
    }
    if (row.match == "none") continue;
    const double match = MatchInDb(reference, audio.waveform);
    if (row.match == "exact") {
      EXPECT_EQ(match, HUGE_VAL);
    } else {
      EXPECT_GE(match, std::stod(row.match));
    }
  }
}

TEST_F(Formats, DecodeTheSameInBlocksOfAnySizeFromAnySource) {
  for (const Row& row : table_) {
    SCOPED_TRACE(row.name);
    const std::string bytes = Fixture("valid/" + row.name);
    const Waveform whole = Load(bytes).waveform;
    MemoryByteSource source(bytes, row.name, {.largest_read = 1000, .tells_size = false});
    AudioDecoder decoder(source);
    std::int64_t position = 0;
    for (std::int64_t block = 1;; block = block % 3001 + 97) {
      Waveform part(row.channels, block, row.rate);
      std::vector<float*> planes;
      for (int c = 0; c < row.channels; ++c) planes.push_back(part.channel(c).data());
      const std::int64_t got = decoder.Read(planes.data(), block);
      if (got == 0) break;
      ASSERT_LE(position + got, whole.frames());
      for (int c = 0; c < row.channels; ++c) {
        const auto expected =
            whole.channel(c).subspan(static_cast<std::size_t>(position), static_cast<std::size_t>(got));
        ASSERT_TRUE(std::equal(expected.begin(), expected.end(), part.channel(c).begin())) << "at " << position;
      }
      position += got;
    }
    EXPECT_EQ(position, whole.frames());
    EXPECT_EQ(decoder.report().frames, whole.frames());
  }
}

TEST_F(Formats, DoNotDependOnTheName) {
  const std::string wav = Fixture("valid/s16-2ch.wav");
  MemoryByteSource named_mp3(wav, "/music/a.mp3");
  EXPECT_EQ(LoadWaveform(named_mp3).report.info.container, "wav");
  MemoryByteSource text(std::string(1000, 'x') + "not music\n", "/music/b.mp3");
  EXPECT_THROW(LoadWaveform(text), NotAudioError);
}

TEST_F(Formats, NameContainerCodecAndWhatTellsTheLength) {
  struct Case {
    const char* name;
    const char* container;
    const char* codec;
    int bit_depth;
    const char* frames_source;
  };
  const Case cases[] = {
      {"s16-2ch.wav", "wav", "pcm_s16le", 16, "the WAV header"},
      {"f64.wav", "wav", "pcm_f64le", 64, "the WAV header"},
      {"s24.aiff", "aiff", "pcm_s24be", 24, "the aiff header"},
      {"lame-vbr.mp3", "mp3", "mp3", 0, "the LAME header"},
      {"lame-no-header.mp3", "mp3", "mp3", 0, ""},
      {"flac-5-2ch.flac", "flac", "flac", 16, "the FLAC header"},
      {"vorbis-2ch.ogg", "ogg", "vorbis", 0, ""},
      {"opus-2ch.opus", "ogg", "opus", 0, ""},
      {"aac.m4a", "mov", "aac", 0, ""},
      {"opus.webm", "matroska", "opus", 0, ""},
      {"wma2.wma", "asf", "wmav2", 0, ""},
      {"flac-s24.flac", "flac", "flac", 24, "the FLAC header"},
      {"wavpack.wv", "wv", "wavpack", 16, "the wv header"},
      {"adpcm.wav", "wav", "adpcm_ms", 0, ""},
      {"mulaw.wav", "wav", "pcm_mulaw", 8, "the wav header"},
  };
  for (const Case& c : cases) {
    const AudioInfo info = Load(Fixture(std::string("valid/") + c.name)).report.info;
    EXPECT_EQ(info.container, c.container) << c.name;
    EXPECT_EQ(info.codec, c.codec) << c.name;
    EXPECT_EQ(info.bit_depth, c.bit_depth) << c.name;
    EXPECT_EQ(info.frames_source, c.frames_source) << c.name;
    EXPECT_EQ(info.frames_from_header.has_value(), !info.frames_source.empty()) << c.name;
  }
}

}  // namespace
}  // namespace klay
