#include "klay/audio/mp3_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "klay/audio/audio_test_util.h"

namespace klay {
namespace {

using internal::ByteView;
using testing::HasSubstr;

ByteView BytesOf(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

TEST(Mp3Header, TellsTheSizeOfEveryKindOfFrame) {
  struct Case {
    const char* bytes;
    int layer;
    int rate;
    int channels;
    std::size_t size;
    int frames;
  };
  // Sizes by the formulas of the standards: 144 (72 in MPEG-2 layer III) x bit rate / sample rate + padding; layer I in
  // slots of four bytes.
  const Case cases[] = {
      {"\xFF\xFB\x90\x00", 3, 44100, 2, 417, 1152}, {"\xFF\xFB\x92\x00", 3, 44100, 2, 418, 1152},
      {"\xFF\xFB\xE4\xC0", 3, 48000, 1, 960, 1152}, {"\xFF\xF3\x80\x00", 3, 22050, 2, 208, 576},
      {"\xFF\xE3\x48\xC0", 3, 8000, 1, 288, 576},   {"\xFF\xFD\xC0\x00", 2, 44100, 2, 835, 1152},
      {"\xFF\xFF\xE0\x00", 1, 44100, 2, 484, 384},
  };
  for (const Case& c : cases) {
    const auto header = internal::ParseMp3FrameHeader(BytesOf(std::string(c.bytes, 4)));
    ASSERT_TRUE(header) << c.layer << " " << c.rate;
    EXPECT_EQ(header->layer, c.layer);
    EXPECT_EQ(header->sample_rate, c.rate);
    EXPECT_EQ(header->channels, c.channels);
    EXPECT_EQ(header->bytes, c.size);
    EXPECT_EQ(header->frames, c.frames);
    EXPECT_LE(header->bytes, internal::kMaxMp3FrameBytes);
  }
}

TEST(Mp3Header, RefusesWhatIsReserved) {
  for (const char* bytes : {"\xFF\xFB\xF0\x00", "\xFF\xFB\x9C\x00", "\xFF\xEB\x90\x00", "\xFF\xF9\x90\x00",
                            "\xFF\xFB\x00\x00", "\xFE\xFB\x90\x00", "\xFF\xDB\x90\x00"}) {
    EXPECT_FALSE(internal::ParseMp3FrameHeader(BytesOf(std::string(bytes, 4))));
  }
  EXPECT_FALSE(internal::ParseMp3FrameHeader(BytesOf("\xFF\xFB\x90")));
}

TEST(Mp3Header, FramesNeverExceedTheLargest) {
  for (int b1 = 0xE0; b1 < 0x100; ++b1) {
    for (int b2 = 0; b2 < 0x100; ++b2) {
      const std::string bytes = {'\xFF', static_cast<char>(b1), static_cast<char>(b2), '\0'};
      const auto header = internal::ParseMp3FrameHeader(BytesOf(bytes));
      if (!header) continue;
      EXPECT_LE(header->bytes, internal::kMaxMp3FrameBytes);
      EXPECT_GE(header->bytes, internal::kMp3HeaderBytes);
    }
  }
}

TEST(Mp3Header, Id3Sizes) {
  EXPECT_EQ(internal::Id3v2Size(BytesOf(std::string("ID3\x03\0\0\0\x40\0\0", 10))), (1U << 20) + 10);
  EXPECT_EQ(internal::Id3v2Size(BytesOf(std::string("ID3\x04\0\x10\0\0\x01\x01", 10))), 129U + 20);
  EXPECT_EQ(internal::Id3v2Size(BytesOf(std::string("ID3\x03\0\0\0\x80\0\0", 10))), 0U);
  EXPECT_EQ(internal::Id3v2Size(BytesOf("ID3")), 0U);
}

// What stands before, between and behind the frames: tags are no damage, everything else is.
TEST(Mp3Reader, TellsTagsFromDamage) {
  const std::string counted = Fixture("valid/lame-cbr-2ch.mp3");
  const std::string uncounted = Fixture("valid/lame-no-header.mp3");
  const std::string id3v2 = std::string("ID3\x03\0\0\0\0\0\x64", 10) + std::string(100, '\0');
  const std::string id3v1 = "TAG" + std::string(125, ' ');
  const std::string ape =
      "APETAGEX" + std::string("\xD0\x07\0\0\x60\0\0\0\x01\0\0\0\0\0\0\xA0\0\0\0\0\0\0\0\0", 24) + std::string(96, 'x');
  const std::string lyrics = "LYRICSBEGINla la la000009LYRICS200";
  struct Case {
    const char* what;
    std::string file;
    const char* outcome;
  };
  const Case cases[] = {
      {"plain", uncounted, "ok"},
      {"two ID3v2 tags", id3v2 + id3v2 + uncounted, "ok"},
      {"ID3v2 with padding behind it", id3v2 + std::string(500, '\0') + uncounted, "ok"},
      {"ID3v2 that exceeds the file", std::string("ID3\x03\0\0\x7F\x7F\x7F\x7F", 10) + uncounted, "truncated"},
      {"ID3v2 only", id3v2, "no audio behind it"},
      {"ID3v1", uncounted + id3v1, "ok"},
      {"APE, lyrics and ID3v1", uncounted + ape + lyrics + id3v1, "ok"},
      {"junk before", std::string(777, 'j') + uncounted, "777 bytes before the first frame are not audio"},
      {"junk behind", uncounted + std::string(333, 'j'), "333 bytes at the end of the file are not audio"},
      {"junk behind all that was promised", counted + std::string(333, 'j'), "ok"},
      {"zeros between", uncounted.substr(0, 6270) + std::string(5000, '\0') + uncounted.substr(6270), "are not audio"},
      {"a frame missing", counted.substr(0, 626 * 5) + counted.substr(626 * 6 + 1), "promises"},
      {"joined with itself", uncounted + uncounted, "ok"},
      {"joined, though its length was promised", counted + counted, "more frames than the LAME header promises"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(Outcome(c.file), HasSubstr(c.outcome)) << c.what;
    // Whatever has frames at its beginning or its end can be kept.
    const bool id3_only =
        std::string_view(c.what).starts_with("ID3v2 that") || std::string_view(c.what) == "ID3v2 only";
    EXPECT_EQ(Outcome(c.file, OnDamage::kKeep) == "ok", !id3_only) << c.what;
  }
  // All 22 frames of the second, its own header's too.
  EXPECT_EQ(Load(counted + counted, OnDamage::kKeep).waveform.frames(), Load(counted).waveform.frames() + 22 * 1152);
}

}  // namespace
}  // namespace klay
