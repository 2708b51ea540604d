// Truncated and damaged input is never quietly shorter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "klay/audio/audio_test_util.h"

namespace klay {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t kTwelveSeconds = 529200;

// --- one row for each damaged or odd file --------------------------------------------------------------------------

struct Row {
  const char* name;
  // By default: "ok", or what the reason must say.
  const char* outcome;
  // With on_damage=keep: how many frames, or -1 where there is nothing to keep; and how far that may be off.
  std::int64_t kept;
  std::int64_t tolerance = 0;
};

const Row kTable[] = {
    {"bad-empty.flac", "the file is empty", -1},
    {"bad-empty.mp3", "the file is empty", -1},
    {"bad-empty.ogg", "the file is empty", -1},
    {"bad-empty.wav", "the file is empty", -1},
    {"bad-headeronly.flac", "truncated: the file ends within its FLAC header", -1},
    {"bad-headeronly.mp3", "there is an ID3 tag, but no audio behind it", -1},
    {"bad-headeronly.ogg", "truncated: ", -1},
    // 64 bytes of 2 MB: five whole frames are there.
    {"bad-headeronly.wav", "truncated: 529200 frames expected by the WAV header, 5 in the file", 5},
    {"bad-html.mp3", "not audio", -1},
    {"bad-random.flac", "not audio", -1},
    {"bad-random.mp3", "not audio", -1},
    {"bad-random.ogg", "not audio", -1},
    {"bad-random.wav", "not audio", -1},
    {"bad-wav-inside.mp3", "ok", kTwelveSeconds},
    {"bad-wav-claims-4GB.wav", "truncated: 1006632960 frames expected by the WAV header, 529200 in the file",
     kTwelveSeconds},
    {"bad-zero-channels.wav", "damaged: the WAV header says 0 channels", -1},
    {"damaged-bitflips.flac", "damaged at 2.926 s: a FLAC frame does not match its checksum", kTwelveSeconds},
    {"damaged-bitflips.mp3", "529200 frames expected by the LAME header", kTwelveSeconds},
    {"damaged-bitflips.ogg", "are not intact Ogg pages", kTwelveSeconds},
    // Samples have no checksum in a WAVE file: changed ones cannot be told from others.
    {"damaged-bitflips.wav", "ok", kTwelveSeconds},
    {"damaged-truncated-half.flac", "529200 frames expected by the FLAC header, 262656 decoded", 262656},
    {"damaged-truncated-half.mp3", "truncated: the LAME header promises", 262703, 1152},
    {"damaged-truncated-half.ogg", "truncated: the Ogg stream breaks off at 5.", 220672, 45000},
    {"damaged-truncated-half.wav", "truncated: 529200 frames expected by the WAV header, 2645", 264594, 10},
    // Programs that write to a pipe leave 0: a streamed file.
    {"damaged-wav-size0.wav", "ok", kTwelveSeconds},
    {"damaged-zeroed-20k.flac", "damaged at 3.", kTwelveSeconds},
    {"damaged-zeroed-20k.mp3", "bytes between two frames are not audio", kTwelveSeconds},
    {"damaged-zeroed-20k.ogg", "are not intact Ogg pages", kTwelveSeconds},
    // Zeros are samples like others.
    {"damaged-zeroed-20k.wav", "ok", kTwelveSeconds},
    {"ok-10ms-mono.wav", "ok", 441},
    {"ok-UPPER.MP3", "ok", kTwelveSeconds},
    {"ok-id3-1MB-tag.mp3", "ok", kTwelveSeconds},
    {"ok-name [live] *odd?.wav", "ok", kTwelveSeconds},
    {"ok-wav-streamed-size.wav", "ok", kTwelveSeconds},
    {"ok-zero-samples.wav", "ok", 0},

    {"bad-empty.m4a", "the file is empty", -1},
    {"bad-headeronly.opus", "truncated: ", -1},
    {"bad-headeronly.m4a", "damaged: its mov header cannot be read", -1},
    {"bad-headeronly.webm", "truncated: the header promises a file of", -1},
    {"bad-headeronly.wma", "damaged: its asf header cannot be read", -1},
    {"bad-headeronly.aiff", "truncated: the header promises a file of", 2},
    {"bad-random.m4a", "not audio", -1},
    {"damaged-bitflips.opus", "are not intact Ogg pages", 576000},
    {"damaged-bitflips.m4a", "the aac decoder reports", kTwelveSeconds},
    {"damaged-bitflips.webm", "reading the matroska container", 576000, 960},
    {"damaged-bitflips.wma", "the wmav2 decoder reports", kTwelveSeconds, 4096},
    {"damaged-bitflips.aiff", "ok", kTwelveSeconds},
    {"damaged-truncated-half.opus", "truncated: the Ogg stream breaks off at 4.9", 239688, 48000},
    // The index is at the end.
    {"damaged-truncated-half.m4a", "damaged: its mov header cannot be read (moov atom not found)", -1},
    {"damaged-truncated-half.webm", "truncated: the header promises a file of", 282888, 960},
    {"damaged-truncated-half.wma", "truncated: the header promises a file of", 264600, 4096},
    {"damaged-truncated-half.aiff", "truncated: the header promises a file of", 264593, 10},
    {"damaged-zeroed-20k.opus", "are not intact Ogg pages", 576000},
    {"damaged-zeroed-20k.m4a", "the aac decoder reports", kTwelveSeconds},
    {"damaged-zeroed-20k.webm", "reading the matroska container", 576000, 960},
    {"damaged-zeroed-20k.wma", "the wmav2 decoder reports", kTwelveSeconds, 4096},
    {"damaged-zeroed-20k.aiff", "ok", kTwelveSeconds},
};

TEST(DamageTable, ByDefaultDamageFailsWithItsReason) {
  for (const Row& row : kTable) {
    EXPECT_THAT(Outcome(Fixture(std::string("damaged/") + row.name)), HasSubstr(row.outcome)) << row.name;
  }
}

TEST(DamageTable, OnRequestWhatIsLeftIsKeptInItsPlaceAndSaid) {
  for (const Row& row : kTable) {
    SCOPED_TRACE(row.name);
    const std::string bytes = Fixture(std::string("damaged/") + row.name);
    if (row.kept < 0) {
      EXPECT_THROW(Load(bytes, OnDamage::kKeep), AudioError);
      continue;
    }
    const LoadedAudio audio = Load(bytes, OnDamage::kKeep);
    EXPECT_NEAR(static_cast<double>(audio.waveform.frames()), static_cast<double>(row.kept),
                static_cast<double>(row.tolerance));
    EXPECT_EQ(audio.report.frames, audio.waveform.frames());
    const bool sound = std::string_view(row.outcome) == "ok";
    EXPECT_EQ(audio.report.damaged(), !sound);
    EXPECT_EQ(audio.report.DamageText().empty(), sound);
    EXPECT_LE(audio.report.damage.size(), DecodeReport::kMaxDamageTexts);
  }
}

// After a gap the music goes on where it would have been: the last two seconds, behind all damage, match the source.
TEST(DamageTable, WhatFollowsAGapIsInPlace) {
  const Waveform source = Load(Fixture("music/music.wav")).waveform;
  for (const char* name :
       {"damaged-bitflips.flac", "damaged-bitflips.ogg", "damaged-bitflips.mp3", "damaged-bitflips.m4a",
        "damaged-zeroed-20k.flac", "damaged-zeroed-20k.ogg", "damaged-zeroed-20k.mp3", "damaged-zeroed-20k.m4a"}) {
    const LoadedAudio audio = Load(Fixture(std::string("damaged/") + name), OnDamage::kKeep);
    EXPECT_GT(audio.report.concealed_frames, 0) << name;
    Waveform expected(2, 88200, 44100);
    Waveform found(2, 88200, 44100);
    for (int c = 0; c < 2; ++c) {
      std::ranges::copy(source.channel(c).last(88200), expected.channel(c).begin());
      std::ranges::copy(audio.waveform.channel(c).last(88200), found.channel(c).begin());
    }
    EXPECT_GT(MatchInDb(expected, found), 8) << name;
  }
}

// --- truncation ----------------------------------------------------------------------------------------------------

struct Truncated {
  const char* name;
  // Nothing tells how many frames there are: a cut between two of them cannot be noticed.
  bool frames_uncounted = false;
};

const Truncated kTruncated[] = {
    {"valid/s16-2ch.wav"},
    {"valid/u8.wav"},
    {"valid/f64.wav"},
    {"valid/rf64.wav"},
    {"valid/mulaw.wav"},
    {"valid/s16.aiff"},
    {"valid/f32.aifc"},
    {"valid/s16.au"},
    {"valid/flac-5-2ch.flac"},
    {"valid/flac-8-1ch.flac"},
    {"valid/flac.ogg"},
    {"valid/wavpack.wv"},
    {"valid/tta.tta"},
    {"valid/lame-cbr-2ch.mp3"},
    {"valid/lame-vbr.mp3"},
    {"valid/ffmpeg-2ch.mp3"},
    {"valid/lame-no-header.mp3", true},
    {"valid/layer2.mp2", true},
    {"valid/vorbis-2ch.ogg"},
    {"valid/vorbis-6ch.ogg"},
    {"valid/opus-2ch.opus"},
    {"music/ok-12s.ogg"},
    {"valid/aac.m4a"},
    {"valid/aac-faststart.m4a"},
    {"valid/alac.m4a"},
    {"valid/opus.webm"},
    {"valid/flac.mka"},
    {"valid/wma2.wma"},
};

TEST(Truncation, AtManyOffsetsOfEveryFormatIsNoticed) {
  std::mt19937 random(7);
  for (const Truncated& file : kTruncated) {
    const std::string whole = Fixture(file.name);
    ASSERT_EQ(Outcome(whole), "ok") << file.name;
    std::vector<std::size_t> cuts = {
        0, 1, 2, 3, 4, 10, 11, 12, 20, 36, 43, 44, 45, 100, whole.size() - 2, whole.size() - 1};
    for (int i = 0; i < 60; ++i) cuts.push_back(random() % whole.size());
    int unnoticed = 0;
    for (const std::size_t cut : cuts) {
      const std::string outcome = Outcome(whole.substr(0, cut));
      if (outcome != "ok") continue;
      ++unnoticed;
      EXPECT_TRUE(file.frames_uncounted) << file.name << " cut to " << cut << " of " << whole.size();
    }
    EXPECT_LE(unnoticed, 3) << file.name << ": only cuts that fall between two frames";
  }
}

// --- changed bytes -------------------------------------------------------------------------------------------------

TEST(BitFlips, AnywhereInChecksummedFormatsAreNoticed) {
  std::mt19937 random(11);
  for (const char* name : {"valid/flac-5-2ch.flac", "valid/flac-8-1ch.flac", "valid/vorbis-2ch.ogg",
                           "valid/opus-2ch.opus", "valid/flac.ogg", "valid/lame-cbr-2ch.mp3", "valid/ffmpeg-1ch.mp3"}) {
    const std::string whole = Fixture(name);
    // Not in the metadata: a changed title is not damaged audio.
    const std::size_t begin = std::string_view(name).ends_with("flac") ? 9000 : 1000;
    for (int i = 0; i < 100; ++i) {
      std::string flipped = whole;
      const std::size_t at = begin + random() % (whole.size() - begin);
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << random() % 8));
      EXPECT_NE(Outcome(flipped), "ok") << name << " at " << at << " of " << whole.size();
    }
  }
}

// Whatever the bytes, decoding ends with audio or with an AudioError. (fuzz/decode.cc goes further.)
TEST(BitFlips, NeverDoWorseThanFail) {
  std::mt19937 random(13);
  for (const Truncated& file : kTruncated) {
    const std::string whole = Fixture(file.name);
    for (int i = 0; i < 30; ++i) {
      std::string flipped = whole;
      for (int flips = 1 + static_cast<int>(random() % 20); flips > 0; --flips) {
        const std::size_t range = i % 2 == 0 ? std::min<std::size_t>(whole.size(), 300) : whole.size();
        flipped[random() % range] = static_cast<char>(random());
      }
      for (const OnDamage policy : {OnDamage::kFail, OnDamage::kKeep})
        EXPECT_NO_THROW(Outcome(flipped, policy)) << file.name;
    }
  }
}

}  // namespace
}  // namespace klay
