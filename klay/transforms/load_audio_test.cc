#include "klay/transforms/load_audio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cctype>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "beam/base/cancel.h"
#include "beam/base/memory_budget.h"
#include "beam/io/match_files.h"
#include "beam/io/read_matches.h"
#include "beam/io/test_files.h"
#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/count.h"
#include "beam/transforms/sum.h"
#include "klay/audio/convert_channels.h"
#include "klay/audio/encode_test_util.h"
#include "klay/transforms/step_test_util.h"

namespace klay {
namespace {

using beam::PAssert;
using beam::testing_files::TestFolder;

// `frames` of silence, 16 bits, one channel.
std::string Wav(std::uint32_t frames, std::uint32_t sample_rate = 1000) {
  const auto u32 = [](std::uint32_t v) {
    return std::string{static_cast<char>(v), static_cast<char>(v >> 8), static_cast<char>(v >> 16),
                       static_cast<char>(v >> 24)};
  };
  return "RIFF" + u32(36 + 2 * frames) + "WAVEfmt " + u32(16) + std::string("\1\0\1\0", 4) + u32(sample_rate)
      + u32(2 * sample_rate) + std::string("\2\0\20\0", 4) + "data" + u32(2 * frames) + std::string(2 * frames, '\0');
}

std::string ShortName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

TEST(LoadAudioTest, GivesPathWaveformAndDuration) {
  const TestFolder folder;
  folder.File("a.wav", Wav(1500));
  beam::TestPipeline p;
  auto [audio, failed, seconds] = p
      | beam::MatchFiles("Match", folder / "*.wav")
      | beam::ReadMatches("Read")
      | beam::ParDo("Load Audio", LoadAudio{});
  const auto described = audio | beam::Map("Describe", [](const AudioFile& file) {
                           return ShortName(file.path) + " " + std::to_string(file.audio.channels()) + " "
                               + std::to_string(file.audio.frames()) + " " + std::to_string(file.audio.sample_rate())
                               + " '" + file.damage + "'";
                         });
  PAssert::That(described).ContainsInAnyOrder({"a.wav 1 1500 1000 ''"});
  PAssert::That(seconds).ContainsInAnyOrder({1.5});
  PAssert::That(failed).IsEmpty();
  p.Run();
}

TEST(LoadAudioTest, DamageFailsOrIsKeptAndSaid) {
  const TestFolder folder;
  folder.File("half.wav", Wav(1000).substr(0, 44 + 1000));
  for (const OnDamage on_damage : {OnDamage::kFail, OnDamage::kKeep}) {
    beam::TestPipeline p;
    auto [audio, failed, seconds] = p
        | beam::MatchFiles("Match", folder / "*.wav")
        | beam::ReadMatches("Read")
        | beam::ParDo("Load Audio", LoadAudio{on_damage});
    const auto damage = audio | beam::Map("Damage", [](const AudioFile& file) { return !file.damage.empty(); });
    if (on_damage == OnDamage::kFail) {
      PAssert::That(damage).IsEmpty();
      PAssert::That(seconds).IsEmpty();
      PAssert::That(failed | beam::Count("Count")).ContainsInAnyOrder({std::int64_t{1}});
    } else {
      PAssert::That(damage).ContainsInAnyOrder({true});
      PAssert::That(seconds).ContainsInAnyOrder({0.5});
      PAssert::That(failed).IsEmpty();
    }
    p.Run();
  }
}

// What happens to a file between its being listed and its being read.
struct DeleteFile {
  void ProcessElement(beam::FileMetadata file, beam::Output<beam::FileMetadata> out) const {
    if (file.path.ends_with("gone.wav")) unlink(file.path.c_str());
    out.Emit(std::move(file));
  }
};

TEST(LoadAudioTest, WhatCannotBeOpenedFailsByName) {
  const TestFolder folder;
  folder.File("gone.wav", Wav(10));
  folder.File("good.wav", Wav(1000));
  folder.Folder("folder.wav");
  folder.Link("dangling.wav", "nowhere");
  folder.Fifo("fifo.wav");
  beam::TestPipeline p;
  const std::vector<std::string> patterns = {folder / "*.wav", folder / "folder.wav"};
  auto [audio, failed, seconds] = p
      | beam::MatchFiles("Match", patterns)
      | beam::ParDo("Delete", DeleteFile{})
      | beam::ReadMatches("Read")
      | beam::ParDo("Load Audio", LoadAudio{});
  const auto names = failed | beam::Map("Names", [](const Failure& failure) {
                       // The reason says it in words, and the whole path.
                       const bool is_told = failure.reason.find(failure.path) != std::string::npos;
                       return ShortName(failure.path) + (is_told ? "" : ": " + failure.reason);
                     });
  PAssert::That(names).ContainsInAnyOrder({"gone.wav", "folder.wav", "dangling.wav", "fifo.wav"});
  PAssert::That(seconds).ContainsInAnyOrder({1.0});
  p.Run();
}

// A file that is larger than the whole budget fails by name; without a reader of the waveform none is kept.
TEST(LoadAudioTest, MemoryIsAdmittedOnlyForWaveformsThatAreRead) {
  const TestFolder folder;
  folder.File("long.wav", Wav(100'000));
  beam::MemoryBudget& budget = beam::MemoryBudget::Process();
  const std::uint64_t limit = budget.limit();
  budget.SetLimit(100'000);
  {
    beam::TestPipeline p;
    auto [audio, failed, seconds] = p
        | beam::MatchFiles("Match", folder / "*.wav")
        | beam::ReadMatches("Read")
        | beam::ParDo("Load Audio", LoadAudio{});
    audio | beam::ForEach("Read It", [](const AudioFile&) {});
    const auto reasons =
        failed | beam::Map("Reason", [](const Failure& f) { return f.reason.ends_with("raise --max_memory"); });
    PAssert::That(reasons).ContainsInAnyOrder({true});
    p.Run();
  }
  {
    beam::TestPipeline p;
    auto [audio, failed, seconds] = p
        | beam::MatchFiles("Match", folder / "*.wav")
        | beam::ReadMatches("Read")
        | beam::ParDo("Load Audio", LoadAudio{});
    PAssert::That(seconds).ContainsInAnyOrder({100.0});
    PAssert::That(failed).IsEmpty();
    p.Run();
  }
  budget.SetLimit(limit);
  EXPECT_EQ(budget.used(), 0U);
}

TEST(LoadAudioTest, ACancelledRunIsNoFaultOfTheFile) {
  const TestFolder folder;
  folder.File("a.wav", Wav(100'000));
  struct Sink final : beam::Receiver<Failure> {
    void Receive(Failure&&, const beam::ElementMeta&) override { ++count; }
    void ReceiveShared(const Failure&, const beam::ElementMeta&) override { ++count; }
    int count = 0;
  } failures;
  const beam::ElementMeta meta{};
  const beam::ReadableFile file{{folder / "a.wav", 0, 0}};
  beam::RequestCancel();
  LoadOptions options;
  EXPECT_THROW(LoadAudio{}.ProcessElement(options, file, {nullptr, &meta}, {&failures, &meta}, {nullptr, &meta}),
               beam::Cancelled);
  beam::ResetCancel();
  EXPECT_EQ(failures.count, 0);
}

// "NAME CHANNELS FRAMES RATE"
beam::PCollection<std::string> ShortShapes(const beam::PCollection<AudioFile>& audio) {
  return audio | beam::Map("Shapes", [](const AudioFile& file) {
           return ShortName(file.path) + ' ' + std::to_string(file.audio.channels()) + ' '
               + std::to_string(file.audio.frames()) + ' ' + std::to_string(file.audio.sample_rate());
         });
}

// The lengths and shapes of LoadWithLibrosa, save that mono has a channel, too.
TEST(LoadAudioTest, RateAndMono) {
  const TestFolder folder;
  folder.File("long.wav", Encode(TestTones(2, 336'350, 48000), {}));
  folder.File("half.flac", Encode(TestTones(1, 22'050, 44100), {.format = AudioFormat::kFlac}));
  folder.File("nine.wav", Encode(TestTones(9, 441, 44100), {}));
  folder.File("one.wav", Encode(TestTones(2, 1, 44100), {}));
  folder.File("none.wav", Encode(Waveform(2, 0, 44100), {}));
  folder.File("many.wav", Encode(TestTones(129, 10, 48000), {}));
  const struct {
    LoadAudio step;
    std::vector<std::string> shapes;
    std::vector<std::string> failed;
  } cases[] = {
      {{.mono = true, .sample_rate = 16000},
       {"long.wav 1 112117 16000", "half.flac 1 8000 16000", "nine.wav 1 160 16000", "one.wav 1 1 16000",
        "none.wav 1 0 16000", "many.wav 1 4 16000"},
       {}},
      {{.sample_rate = 48000},
       {"long.wav 2 336350 48000", "half.flac 1 24000 48000", "nine.wav 9 480 48000", "one.wav 2 2 48000",
        "none.wav 2 0 48000", "many.wav 129 10 48000"},
       {}},
      {{.sample_rate = 44100, .resampler = ResamplerMethod::kSincHann},
       {"long.wav 2 309022 44100", "half.flac 1 22050 44100", "nine.wav 9 441 44100", "one.wav 2 1 44100",
        "none.wav 2 0 44100"},
       {"many.wav"}},
      {{.mono = true},
       {"long.wav 1 336350 48000", "half.flac 1 22050 44100", "nine.wav 1 441 44100", "one.wav 1 1 44100",
        "none.wav 1 0 44100", "many.wav 1 10 48000"},
       {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.step.sample_rate.value_or(0));
    beam::TestPipeline p;
    const auto [audio, failed, seconds] =
        p | beam::MatchFiles("Match", folder / "*") | beam::ReadMatches("Read") | beam::ParDo("Load Audio", c.step);
    PAssert::That(ShortShapes(audio)).ContainsInAnyOrder(c.shapes);
    PAssert::That(failed | beam::Map("Names", [](const Failure& f) { return ShortName(f.path); }))
        .ContainsInAnyOrder(c.failed);
    PAssert::That(seconds | beam::Sum("Sum")).Satisfies("Is of the Sources", [](const std::vector<double>& sum) {
      return std::abs(sum[0] - (336'350 / 48000.0 + 0.5 + 0.01 + 1 / 44100.0)) < 1e-3;
    });
    EXPECT_NO_THROW(p.Run());
  }
}

TEST(LoadAudioTest, AveragesBeforeItResamples) {
  const TestFolder folder;
  folder.File("a.wav", Encode(TestTones(3, 9000, 44100), {.bit_depth = BitDepth::kFloat32}));
  beam::TestPipeline p;
  const auto [audio, failed, seconds] = p
      | beam::MatchFiles("Match", folder / "*")
      | beam::ReadMatches("Read")
      | beam::ParDo("Load Audio", LoadAudio{.mono = true, .sample_rate = 16000});
  PAssert::That(audio).Satisfies("Is the Mean, Resampled", [](const std::vector<AudioFile>& files) {
    const Waveform mean = ConvertChannels(TestTones(3, 9000, 44100), 1);
    return MatchInDb(Resample(mean, 16000, {.method = ResamplerMethod::kHigh}), files[0].audio) == HUGE_VAL;
  });
  p.Run();
}

TEST(LoadAudioTest, PartsOfFiles) {
  const TestFolder folder;
  const std::string good = Wav(5000);
  folder.File("whole.wav", good);
  folder.File("short.wav", Wav(2500));
  folder.File("too_short.wav", Wav(2000));
  folder.File("damaged_behind.wav", good.substr(0, good.size() - 1000));
  for (const bool with_reader : {true, false}) {
    beam::TestPipeline p;
    const auto [audio, failed, seconds] = p
        | beam::MatchFiles("Match", folder / "*.wav")
        | beam::ReadMatches("Read")
        | beam::ParDo("Load Audio", LoadAudio{.start_seconds = 2, .duration_seconds = 1});
    if (with_reader) {
      PAssert::That(ShortShapes(audio)).ContainsInAnyOrder({"whole.wav 1 1000 1000", "short.wav 1 500 1000"});
    }
    PAssert::That(seconds).ContainsInAnyOrder({1.0, 0.5});
    // What the size of the file tells of a WAV file's end is known before anything is decoded.
    PAssert::That(failed | beam::Map("Names", [](const Failure& f) { return ShortName(f.path) + ": " + f.reason; }))
        .Satisfies("Two", [](const std::vector<std::string>& reasons) {
          int ended = 0;
          int cut = 0;
          for (const std::string& reason : reasons) {
            ended +=
                reason.starts_with("too_short.wav: the part begins at 2.000 s, where the signal has ended") ? 1 : 0;
            cut += reason.starts_with("damaged_behind.wav: truncated") ? 1 : 0;
          }
          return ended == 1 && cut == 1 && reasons.size() == 2;
        });
    EXPECT_NO_THROW(p.Run());
  }
}

// What LoadWebm is there for: WebM and Matroska, whatever is in them, to the sample; and nothing is lost without a
// word.
TEST(LoadAudioTest, WebM) {
  const struct {
    const char* file;
    const char* outcome;  // the shape, or how the reason begins
  } cases[] = {
      {"valid/opus.webm", "2 33635 48000"},
      {"valid/opus-behind-video.webm", "2 33635 48000"},
      {"valid/s16.mkv", "2 22050 44100"},
      {"valid/s32.mkv", "3 12345 48000"},
      {"valid/flac.mka", "2 22050 44100"},
      {"damaged/damaged-truncated-half.webm", "truncated: "},
      {"damaged/bad-headeronly.webm", "truncated: "},
      {"damaged/bad-video-only.webm", "the matroska file has no audio in it"},
      {"damaged/bad-empty.webm", "the file is empty"},
      {"damaged/bad-random.webm", "not audio: "},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.file);
    beam::TestPipeline p;
    const auto [audio, failed, seconds] = p
        | beam::MatchFiles("Match", FixturePath(c.file))
        | beam::ReadMatches("Read")
        | beam::ParDo("Load Audio", LoadAudio{});
    const auto shapes = ShortShapes(audio);
    const auto begins = failed | beam::Map("Begins", [](const Failure& f) {
                          const std::size_t colon = f.reason.find(": ");
                          return f.reason.substr(0, colon == std::string::npos ? colon : colon + 2);
                        });
    const std::string outcome = c.outcome;
    if (std::isdigit(outcome[0]) != 0) {
      PAssert::That(shapes).ContainsInAnyOrder({ShortName(c.file) + ' ' + outcome});
      PAssert::That(begins).IsEmpty();
    } else {
      PAssert::That(shapes).IsEmpty();
      PAssert::That(begins).ContainsInAnyOrder({outcome});
    }
    EXPECT_NO_THROW(p.Run());
  }
}

// Samples of packed integers: scaled, and each in its channel.
TEST(LoadAudioTest, WebMOfPackedSamples) {
  beam::TestPipeline p;
  const auto [audio, failed, seconds] = p
      | beam::MatchFiles("Match", FixturePath("valid/s*.mkv"))
      | beam::ReadMatches("Read")
      | beam::ParDo("Load Audio", LoadAudio{});
  PAssert::That(audio).Satisfies("Are the Sources", [](const std::vector<AudioFile>& files) {
    for (const AudioFile& file : files) {
      const bool stereo = file.audio.channels() == 2;
      const std::string source = stereo ? "sources/44100-2ch-22050.wav" : "sources/48000-3ch-12345.wav";
      if (MatchInDb(Load(Fixture(source)).waveform, file.audio) != HUGE_VAL) return false;
    }
    return files.size() == 2;
  });
  p.Run();
}

TEST(LoadAudioTest, FieldsThatMakeNoSense) {
  const std::pair<LoadAudio, const char*> cases[] = {
      {{.start_seconds = -1}, "start_seconds"},      {{.start_seconds = HUGE_VAL}, "start_seconds"},
      {{.duration_seconds = 0}, "duration_seconds"}, {{.duration_seconds = std::nan("")}, "duration_seconds"},
      {{.sample_rate = 0}, "sample_rate"},
  };
  for (const auto& [step, word] : cases) EXPECT_THAT(Complaint(step), testing::HasSubstr(word));
  EXPECT_EQ(Complaint(LoadAudio{.duration_seconds = 0.001, .sample_rate = 1}), "");
}

TEST(LoadAudioTest, Counts) {
  const TestFolder folder;
  folder.File("a.wav", Wav(1500));
  folder.File("b.wav", "no audio");
  folder.File("c.wav", Wav(1000).substr(0, 44 + 1000));
  beam::TestPipeline p;
  p
      | beam::MatchFiles("Match", folder / "*.wav")
      | beam::ReadMatches("Read")
      | beam::ParDo("Load Audio", LoadAudio{OnDamage::kKeep});
  const beam::MetricResults metrics = p.Run().metrics();
  EXPECT_EQ(metrics.CounterValue("klay", "files_loaded"), 2);
  EXPECT_EQ(metrics.CounterValue("klay", "files_failed"), 1);
  EXPECT_EQ(metrics.CounterValue("klay", "files_damaged"), 1);
  EXPECT_EQ(metrics.CounterValue("klay", "audio_milliseconds"), 2000);
  EXPECT_EQ(metrics.CounterValue("klay", "bytes_taken"), 44 + 3000 + 8 + 44 + 1000);
}

}  // namespace
}  // namespace klay
