#include "klay/transforms/load_audio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

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
  EXPECT_THROW(LoadAudio{}.ProcessElement(file, {nullptr, &meta}, {&failures, &meta}, {nullptr, &meta}),
               beam::Cancelled);
  beam::ResetCancel();
  EXPECT_EQ(failures.count, 0);
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
