// transcode as a user runs it: what it makes, what a rerun does, and that a run that is killed leaves nothing behind
// that could be taken for a result.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using testing::HasSubstr;
using testing::Not;

std::string Fixture(const std::string& name) {
  return ReadFile(std::string(std::getenv("TEST_FIXTURES_DIR")) + "/" + name);
}

std::vector<std::string> Transcode(const TestFolder& source, const TestFolder& target,
                                   std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"transcode",   "--src_dir",      source.path(), "--target_dir",
                                        target.path(), "--audio_suffix", ".mp3"};
  more.insert(more.begin(), arguments.begin(), arguments.end());
  return more;
}

TEST(TranscodeProgramTest, ConvertsThenSkipsThenRedoesWhatIsMissing) {
  const TestFolder source;
  const TestFolder target;
  const std::string music = Fixture("music/ok-12s.mp3");
  source.File("a.mp3", music);
  source.File("deep [live]/what?.mp3", music);
  source.File("broken.mp3", "no audio");
  source.File("other.txt", "not asked for");
  const auto arguments =
      Transcode(source, target,
                {"--target_audio_suffix", ".16k.wav", "--target_sample_rate", "16000", "--target_channels", "1",
                 "--metrics_json", source / "metrics.json", "--failures", source / "failures.jsonl"});
  ProgramResult run = RunKlayBeam(arguments);
  EXPECT_EQ(run.exit_code, 3) << run.err;
  const auto failure = nlohmann::json::parse(ReadFile(source / "failures.jsonl"));  // one line: one file failed
  EXPECT_EQ(failure["path"], source / "broken.mp3");
  EXPECT_THAT(failure["reason"], HasSubstr("not audio"));
  EXPECT_THAT(run.out, HasSubstr("3 files: 2 done, 1 failed\nduration: 24.000 s"));
  EXPECT_THAT(run.out, HasSubstr("failed: " + source / "broken.mp3"));
  const auto first = Contents(target);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first.at("a.16k.wav"), first.at("deep [live]/what?.16k.wav"));
  EXPECT_EQ(first.at("a.16k.wav").size(), 80U + 12U * 16000U * 2U);  // the header has room for files beyond 4 GB

  run = RunKlayBeam(arguments);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.out, HasSubstr("3 files: 0 done, 2 skipped, 1 failed\n"));

  std::filesystem::remove(target / "a.16k.wav");
  target.File("deep [live]/what?.16k.wav");  // an empty one is none
  std::filesystem::remove(source / "broken.mp3");
  run = RunKlayBeam(arguments);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("2 files: 2 done, 0 failed\n"));
  EXPECT_EQ(Contents(target), first);
  const auto metrics = nlohmann::json::parse(ReadFile(source / "metrics.json"));
  EXPECT_EQ(metrics["files"]["skipped"], 0);
  EXPECT_EQ(ReadFile(source / "failures.jsonl"), "");
  EXPECT_EQ(metrics["audio_seconds"], 24.0);
}

TEST(TranscodeProgramTest, AKilledRunLeavesNothingHalfAndARerunCompletesIt) {
  const TestFolder source;
  const std::string music = Fixture("music/ok-12s.mp3");
  constexpr int kFiles = 40;
  for (int i = 0; i < kFiles; ++i) source.File(std::to_string(i % 7) + "/" + std::to_string(i) + ".mp3", music);
  const TestFolder undisturbed;
  const std::vector<std::string> ogg = {"--target_audio_suffix", ".ogg", "--target_sample_rate", "22050", "--quiet"};
  ASSERT_EQ(RunKlayBeam(Transcode(source, undisturbed, ogg)).exit_code, 0);
  const auto expected = Contents(undisturbed);
  ASSERT_EQ(expected.size(), static_cast<std::size_t>(kFiles));

  const TestFolder target;
  int killed = 0;
  for (const int milliseconds : {40, 150, 400, 800}) {
    KlayBeamProgram program(Transcode(source, target, ogg));
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    program.Send(SIGKILL);
    killed += program.Wait().exit_code == -1000 - SIGKILL ? 1 : 0;
    for (const auto& [name, bytes] : Contents(target)) {
      // Left where the file system knows no files without names; the rerun takes them away.
      if (name.find("/.beam-") != std::string::npos) continue;
      ASSERT_TRUE(expected.contains(name)) << name << " is no result";
      ASSERT_TRUE(bytes == expected.at(name)) << name << " is half a result";
    }
  }
  EXPECT_GT(killed, 0);
  const ProgramResult rerun = RunKlayBeam(Transcode(source, target, ogg));
  EXPECT_EQ(rerun.exit_code, 0) << rerun.err;
  EXPECT_TRUE(Contents(target) == expected);
}

TEST(TranscodeProgramTest, TwoRunsAtOnceOnOneTarget) {
  const TestFolder source;
  const TestFolder target;
  const std::string music = Fixture("music/ok-12s.mp3");
  for (int i = 0; i < 40; ++i) source.File(std::to_string(i) + ".mp3", music);
  const std::vector<std::string> flac = {"--target_audio_suffix", ".flac", "--overwrite", "--quiet"};
  KlayBeamProgram one(Transcode(source, target, flac));
  KlayBeamProgram two(Transcode(source, target, flac));
  EXPECT_EQ(one.Wait().exit_code, 0);
  EXPECT_EQ(two.Wait().exit_code, 0);
  const auto contents = Contents(target);
  EXPECT_EQ(contents.size(), 40U);
  for (const auto& [name, bytes] : contents) EXPECT_TRUE(bytes == contents.begin()->second) << name;
}

TEST(TranscodeProgramTest, ATargetThatCannotBeWrittenIsNamed) {
  const TestFolder source;
  const TestFolder target;
  source.File("a.mp3", Fixture("music/ok-12s.mp3"));
  std::filesystem::permissions(target.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const ProgramResult run =
      RunKlayBeam(Transcode(source, target, {"--target_audio_suffix", ".wav"}), {.without_privileges = true});
  std::filesystem::permissions(target.path(), std::filesystem::perms::owner_all);
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_THAT(run.out, HasSubstr("failed: " + source / "a.mp3"));
  EXPECT_THAT(run.out, HasSubstr("Permission denied"));
  EXPECT_TRUE(Contents(target).empty());
}

TEST(TranscodeProgramTest, MistakesAreOneSentenceAndExitCode2) {
  const TestFolder source;
  const TestFolder target;
  source.File("a.mp3", Fixture("music/ok-12s.mp3"));
  const struct {
    std::vector<std::string> flags;
    const char* says;
  } cases[] = {
      {{"--target_audio_suffix", ".xyz"}, "--target_audio_suffix"},
      {{"--target_audio_suffix", ".mp3", "--target_dir", ""}, "--target_audio_suffix is the same"},
      {{"--target_audio_suffix", ".mp3", "--bitrate", "fast"}, "--bitrate fast"},
      {{"--target_audio_suffix", ".wav", "--bit_depth", "12"}, "--bit_depth"},
      {{"--target_audio_suffix", ".wav", "--bitrate", "192k"}, "bitrate"},
      {{"--target_audio_suffix", ".wav", "--target_channels", "0"}, "channels"},
      {{"--target_audio_suffix", ".wav", "--crop_duration", "-1"}, "crop"},
      {{"--target_audio_suffix", ".wav", "--resampler", "best"}, "--resampler"},
      {{"--target_audio_sufix", ".wav"}, "did you mean --target_audio_suffix?"},
  };
  for (const auto& c : cases) {
    const ProgramResult run = RunKlayBeam(Transcode(source, target, c.flags));
    EXPECT_EQ(run.exit_code, 2) << c.says;
    EXPECT_THAT(run.err, HasSubstr(c.says));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  }
  EXPECT_TRUE(Contents(target).empty());
}

}  // namespace
}  // namespace klay
