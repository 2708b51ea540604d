#include "klay/audio/load_waveform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "beam/base/cancel.h"
#include "klay/audio/audio_test_util.h"
#include "klay/audio/decoder.h"

namespace klay {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string Wav(int channels, int rate, const std::string& samples, std::uint32_t data_size) {
  const auto le = [](std::uint64_t value, int size) {
    std::string bytes;
    for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
    return bytes;
  };
  const std::uint64_t frame = 2 * static_cast<std::uint64_t>(channels);
  return "RIFF" + le(36 + samples.size(), 4) + "WAVEfmt " + le(16, 4) + le(1, 2)
      + le(static_cast<std::uint64_t>(channels), 2) + le(static_cast<std::uint64_t>(rate), 4)
      + le(static_cast<std::uint64_t>(rate) * frame, 4) + le(frame, 2) + le(16, 2) + "data" + le(data_size, 4)
      + samples;
}

std::string Wav(int channels, int rate, const std::string& samples) {
  return Wav(channels, rate, samples, static_cast<std::uint32_t>(samples.size()));
}

TEST(LoadWaveform, HoldsWhatItTookFromTheBudgetUntilTheResultIsGone) {
  beam::MemoryBudget budget(std::uint64_t{100} << 20);
  DecodeOptions options;
  options.memory = &budget;
  for (const char* name : {"valid/s16-2ch.wav", "valid/lame-vbr.mp3", "valid/vorbis-2ch.ogg", "valid/aac.m4a"}) {
    MemoryByteSource source(Fixture(name));
    {
      const LoadedAudio audio = LoadWaveform(source, options);
      const auto needed = static_cast<std::uint64_t>(audio.waveform.frames()) * 2 * sizeof(float);
      EXPECT_GE(audio.memory.bytes(), needed) << name;
      EXPECT_EQ(budget.used(), audio.memory.bytes());
    }
    EXPECT_EQ(budget.used(), 0U);
  }
}

TEST(LoadWaveform, FailsByNameWhatExceedsTheWholeBudget) {
  beam::MemoryBudget budget(100000);
  DecodeOptions options;
  options.memory = &budget;
  for (const char* name : {"music/ok-12s.mp3", "music/ok-12s.flac", "music/ok-12s.ogg", "music/ok-12s.opus"}) {
    MemoryByteSource source(Fixture(name), "gs://bucket/ten hours");
    try {
      LoadWaveform(source, options);
      ADD_FAILURE() << name << " was loaded";
    } catch (const AudioError&) {
      ADD_FAILURE() << name << " is no fault of the audio";
    } catch (const beam::Error& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("gs://bucket/ten hours"), HasSubstr("--max_memory"))) << name;
    }
    EXPECT_EQ(budget.used(), 0U);
    // Block by block it needs no budget.
    source.Seek(0);
    EXPECT_NEAR(CheckAudio(source, options).seconds(), 12, 0.01) << name;
  }
}

TEST(LoadWaveform, BelievesAHeaderOnlyAsFarAsTheFileGoes) {
  // Room for what the header claims would be refused; for what is there, it is granted.
  beam::MemoryBudget budget(std::uint64_t{32} << 20);
  DecodeOptions options;
  options.memory = &budget;
  std::string flac = Fixture("valid/flac-5-2ch.flac");
  flac[21] = static_cast<char>(flac[21] | 0x0F);  // the upper four of the 36 bits of the length
  MemoryByteSource claims_hours(flac);
  EXPECT_THROW(LoadWaveform(claims_hours, options), AudioError);
  options.on_damage = OnDamage::kKeep;
  claims_hours.Seek(0);
  EXPECT_EQ(LoadWaveform(claims_hours, options).waveform.frames(), 22050);
  MemoryByteSource claims_4gb(Wav(2, 44100, std::string(1000, 'x'), 0xF0000000));
  EXPECT_EQ(LoadWaveform(claims_4gb, options).waveform.frames(), 250);
}

TEST(LoadWaveform, GrowsToLengthsThatNothingAnnounces) {
  // Longer than the first guess for a file of unknown size, from a source that cannot tell its size.
  const std::string samples(3 * (std::size_t{1} << 21), '\x10');
  MemoryByteSource source(Wav(1, 48000, samples, 0xFFFFFFFF), "pipe", {.tells_size = false});
  const LoadedAudio audio = LoadWaveform(source);
  ASSERT_EQ(audio.waveform.frames(), static_cast<std::int64_t>(samples.size() / 2));
  EXPECT_EQ(audio.report.frames, audio.waveform.frames());
  EXPECT_EQ(audio.waveform.channel(0).front(), audio.waveform.channel(0).back());
}

TEST(LoadWaveform, TroubleWithReadingIsNoAudioError) {
  for (const char* name : {"valid/s16-2ch.wav", "valid/lame-vbr.mp3", "valid/vorbis-2ch.ogg", "valid/flac-5-2ch.flac",
                           "valid/aac.m4a", "valid/opus.webm", "valid/s16.aiff"}) {
    const std::string bytes = Fixture(name);
    for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{5000}, std::uint64_t{bytes.size() - 1}}) {
      for (const OnDamage policy : {OnDamage::kFail, OnDamage::kKeep}) {
        MemoryByteSource source(bytes, "s3://bucket/a", {.largest_read = 1000, .fails_at = at});
        DecodeOptions options;
        options.on_damage = policy;
        try {
          LoadWaveform(source, options);
          ADD_FAILURE() << name;
        } catch (const AudioError& error) {
          ADD_FAILURE() << name << " at " << at << ": " << error.what();
        } catch (const beam::Error& error) {
          EXPECT_STREQ(error.what(), "connection lost") << name;
        }
      }
    }
  }
}

TEST(LoadWaveform, StopsWhenTheRunIsCancelled) {
  for (const char* name : {"valid/s16-2ch.wav", "valid/lame-vbr.mp3", "valid/vorbis-2ch.ogg", "valid/aac.m4a"}) {
    MemoryByteSource source(Fixture(name));
    beam::RequestCancel();
    EXPECT_THROW(LoadWaveform(source), beam::Cancelled) << name;
    beam::ResetCancel();
  }
}

TEST(LoadWaveform, WorksInManyThreadsAtOnce) {
  const std::vector<std::string> names = {"valid/lame-vbr.mp3", "valid/vorbis-2ch.ogg", "valid/aac.m4a",
                                          "valid/wma2.wma"};
  beam::MemoryBudget budget(std::uint64_t{20} << 20);  // not for all at once: some wait
  std::vector<std::thread> threads;
  std::vector<int> loaded(8);
  for (std::size_t t = 0; t < loaded.size(); ++t) {
    threads.emplace_back([&, t] {
      DecodeOptions options;
      options.memory = &budget;
      for (int round = 0; round < 5; ++round) {
        MemoryByteSource source(Fixture(names[t % names.size()]));
        loaded[t] += LoadWaveform(source, options).waveform.frames() > 20000 ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(loaded, testing::Each(5));
  EXPECT_EQ(budget.used(), 0U);
}

TEST(LoadWaveform, ReasonsDoNotRepeatThePath) {
  MemoryByteSource source("no audio", "/music/secret name.mp3");
  try {
    LoadWaveform(source);
    FAIL();
  } catch (const AudioError& error) {
    EXPECT_THAT(error.what(), Not(HasSubstr("secret name")));
  }
}

TEST(CheckAudio, ReportsWhatLoadingReports) {
  for (const char* name : {"music/ok-12s.mp3", "music/ok-12s.ogg", "damaged/damaged-zeroed-20k.mp3",
                           "damaged/damaged-bitflips.ogg", "damaged/damaged-truncated-half.wav"}) {
    DecodeOptions options;
    options.on_damage = OnDamage::kKeep;
    MemoryByteSource source(Fixture(name));
    const DecodeReport loaded = LoadWaveform(source, options).report;
    source.Seek(0);
    const DecodeReport checked = CheckAudio(source, options);
    EXPECT_EQ(checked.frames, loaded.frames) << name;
    EXPECT_EQ(checked.concealed_frames, loaded.concealed_frames) << name;
    EXPECT_EQ(checked.DamageText(), loaded.DamageText()) << name;
  }
}

// --- limits --------------------------------------------------------------------------------------------------------

TEST(Limits, OnChannelsAndRates) {
  struct Case {
    int channels;
    int rate;
    const char* outcome;
  };
  const std::string samples(1020 * 4, '\0');
  for (const Case& c :
       {Case{1, 1, "ok"}, Case{255, 44100, "ok"}, Case{256, 44100, "at most 255 channels"}, Case{1, 768000, "ok"},
        Case{1, 768001, "at most"}, Case{1, 2000000000, "at most"}, Case{2, 0, "0 Hz"}, Case{0, 44100, "0 channels"}}) {
    EXPECT_THAT(Outcome(Wav(c.channels, c.rate, samples)), HasSubstr(c.outcome)) << c.channels << " x " << c.rate;
  }
  DecodeOptions options;
  options.max_channels = 1;
  MemoryByteSource stereo(Fixture("valid/vorbis-2ch.ogg"));
  EXPECT_THROW(LoadWaveform(stereo, options), AudioError);
  options = {};
  options.max_sample_rate = 44100;
  MemoryByteSource fast(Fixture("valid/opus-2ch.opus"));
  EXPECT_THROW(LoadWaveform(fast, options), AudioError);
}

TEST(Limits, NothingInAFileOpensAnother) {
  const std::string path = FixturePath("valid/s16-2ch.wav");
  const std::string texts[] = {"ffconcat version 1.0\nfile '" + path + "'\n",
                               "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n" + path + "\n#EXT-X-ENDLIST\n",
                               "[playlist]\nFile1=" + path + "\n", std::string("<?xml version=\"1.0\"?><MPD></MPD>"),
                               "RIFF" + std::string(100, '\0')};
  for (const std::string& text : texts) {
    EXPECT_NE(Outcome(text), "ok") << text.substr(0, 20);
  }
}

// Two streams one after another, as internet radio is recorded, and files put behind each other.
TEST(Chained, StreamsAreOneSignalIfTheyAreAlike) {
  struct Case {
    const char* first;
    const char* second;
    const char* outcome;
  };
  for (const Case& c : {Case{"vorbis-2ch.ogg", "vorbis-2ch.ogg", "ok"}, Case{"opus-2ch.opus", "opus-60ms.opus", "ok"},
                        Case{"vorbis-2ch.ogg", "vorbis-1ch.ogg", "changes from 2 channels at 44100 Hz to 1"},
                        Case{"vorbis-1ch.ogg", "vorbis-8000.ogg", "to 1 channels at 8000 Hz"}}) {
    const std::string first = Fixture(std::string("valid/") + c.first);
    const std::string second = Fixture(std::string("valid/") + c.second);
    EXPECT_THAT(Outcome(first + second), HasSubstr(c.outcome)) << c.first;
    if (std::string_view(c.outcome) != "ok") continue;
    const Waveform both = Load(first + second).waveform;
    const Waveform one = Load(first).waveform;
    const Waveform other = Load(second).waveform;
    ASSERT_EQ(both.frames(), one.frames() + other.frames());
    for (int channel = 0; channel < 2; ++channel) {
      const auto samples = both.channel(channel);
      EXPECT_TRUE(std::ranges::equal(samples.first(one.channel(channel).size()), one.channel(channel)));
      EXPECT_TRUE(std::ranges::equal(samples.last(other.channel(channel).size()), other.channel(channel)));
    }
  }
}

}  // namespace
}  // namespace klay
