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
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "beam/io/test_files.h"
#include "klay/audio/encoder.h"
#include "klay/audio/memory_byte_sink.h"
#include "klay/audio/memory_byte_source.h"
#include "klay/feature/npy.h"
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

// The lines of a ledger, in the order in which they were recorded.
std::vector<nlohmann::json> LedgerLines(const TestFolder& target) {
  std::vector<nlohmann::json> lines;
  if (!std::filesystem::exists(target / ".klay-ledger")) return lines;
  for (const auto& entry : std::filesystem::directory_iterator(target / ".klay-ledger")) {
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  }
  std::ranges::sort(lines, {}, [](const nlohmann::json& line) { return line["recorded"].get<double>(); });
  return lines;
}

// The targets alone.
std::map<std::string, std::string> Targets(const TestFolder& target) {
  auto contents = Contents(target);
  std::erase_if(contents, [](const auto& file) { return file.first.starts_with(".klay-ledger/"); });
  return contents;
}

TEST(TranscodeProgramTest, WithALedgerARerunDoesWhatHasChanged) {
  const TestFolder source;
  const TestFolder target;
  const std::string music = Fixture("music/ok-12s.mp3");
  for (const char* const name : {"a.mp3", "deep/b.mp3", "c.mp3"}) source.File(name, music);
  source.File("broken.mp3", "no audio");
  const auto run = [&](std::vector<std::string> more = {}, int exit_code = 3) {
    more.insert(more.end(), {"--target_audio_suffix", ".wav", "--ledger", "--quiet"});
    const ProgramResult result = RunKlayBeam(Transcode(source, target, more));
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    return result.out.substr(0, result.out.find('\n'));
  };
  target.File("a.wav", "there before there was a ledger");
  EXPECT_EQ(run(), "4 files: 3 done, 1 failed");
  const auto first = Targets(target);
  EXPECT_EQ(first.at("a.wav"), first.at("c.wav"));
  const auto lines = LedgerLines(target);
  ASSERT_EQ(lines.size(), 4U);
  for (const nlohmann::json& line : lines) {
    const bool failed = line["input"] == "broken.mp3";
    EXPECT_EQ(line["outcome"], failed ? "failed" : "done");
    EXPECT_EQ(line["size"], std::filesystem::file_size(source / line["input"].get<std::string>()));
    EXPECT_EQ(line["targets"].size(), failed ? 0U : 1U);
  }

  EXPECT_EQ(run(), "4 files: 0 done, 3 skipped, 1 failed");
  EXPECT_EQ(run({"--retry_failed=false"}, 0), "4 files: 0 done, 4 skipped, 0 failed");
  std::filesystem::last_write_time(source / "a.mp3", std::filesystem::file_time_type::clock::now());
  source.File("broken.mp3", music);
  std::filesystem::remove(target / "deep/b.wav");
  EXPECT_EQ(run({"--retry_failed=false"}, 0), "4 files: 3 done, 1 skipped, 0 failed");
  EXPECT_EQ(run({"--target_channels", "1"}, 0), "4 files: 4 done, 0 failed");
  EXPECT_EQ(run({}, 0), "4 files: 4 done, 0 failed") << "the other parameters were the last ones";
  EXPECT_EQ(run({}, 0), "4 files: 0 done, 4 skipped, 0 failed");
  EXPECT_EQ(run({"--overwrite"}, 0), "4 files: 4 done, 0 failed");
  // What is not longer than the crop rightly has no target, and is not looked at again.
  EXPECT_EQ(run({"--crop_duration", "60"}, 0), "4 files: 0 done, 4 skipped, 0 failed");
  EXPECT_EQ(LedgerLines(target).back()["outcome"], "skipped");
  EXPECT_EQ(Targets(target).at("a.wav"), first.at("a.wav"));
}

TEST(TranscodeProgramTest, ALedgerOfAKilledRunNeverSkipsWhatIsNotThere) {
  const TestFolder source;
  const std::string music = Fixture("music/ok-12s.mp3");
  constexpr int kFiles = 30;
  for (int i = 0; i < kFiles; ++i) source.File(std::to_string(i % 7) + "/" + std::to_string(i) + ".mp3", music);
  const TestFolder target;
  const std::vector<std::string> ogg = {"--target_audio_suffix", ".ogg", "--ledger", "--quiet"};
  int killed = 0;
  for (const int milliseconds : {100, 400, 2600}) {  // before the first segment is written, and after
    KlayBeamProgram program(Transcode(source, target, ogg));
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    program.Send(SIGKILL);
    killed += program.Wait().exit_code == -1000 - SIGKILL ? 1 : 0;
    for (const nlohmann::json& line : LedgerLines(target)) {
      EXPECT_EQ(line["outcome"], "done");
      EXPECT_TRUE(std::filesystem::exists(line["targets"][0]["path"].get<std::string>())) << line;
    }
  }
  EXPECT_GT(killed, 0);
  const ProgramResult rerun = RunKlayBeam(Transcode(source, target, ogg));
  EXPECT_EQ(rerun.exit_code, 0) << rerun.err;
  const auto results = Targets(target);
  EXPECT_EQ(results.size(), static_cast<std::size_t>(kFiles));
  for (const auto& [name, bytes] : results) EXPECT_TRUE(bytes == results.begin()->second) << name;
  EXPECT_THAT(RunKlayBeam(Transcode(source, target, ogg)).out, HasSubstr("30 files: 0 done, 30 skipped, 0 failed\n"));
}

TEST(TranscodeProgramTest, AStoppedRunHasRecordedAllThatItDid) {
  const TestFolder source;
  const TestFolder target;
  const std::string music = Fixture("music/ok-12s.mp3");
  for (int i = 0; i < 30; ++i) source.File(std::to_string(i) + ".mp3", music);
  KlayBeamProgram program(Transcode(source, target, {"--target_audio_suffix", ".ogg", "--ledger"}));
  while (Targets(target).empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  program.Send(SIGINT);
  EXPECT_EQ(program.Wait().exit_code, 128 + SIGINT);
  const std::size_t made = Targets(target).size();
  EXPECT_LT(made, 30U);
  EXPECT_EQ(LedgerLines(target).size(), made);
}

TEST(TranscodeProgramTest, TwoRunsAtOnceShareOneLedger) {
  const TestFolder source;
  const TestFolder target;
  const std::string music = Fixture("music/ok-12s.mp3");
  for (int i = 0; i < 20; ++i) source.File((i < 10 ? "one/" : "two/") + std::to_string(i) + ".mp3", music);
  const auto arguments = [&](const std::string& folder) {
    return std::vector<std::string>{
        "transcode", "--src_dir", source / folder, "--target_dir",          target.path(), "--audio_suffix",
        ".mp3",      "--ledger",  "--quiet",       "--target_audio_suffix", ".wav"};
  };
  KlayBeamProgram one(arguments("one"));
  KlayBeamProgram two(arguments("two"));
  EXPECT_EQ(one.Wait().exit_code, 0);
  EXPECT_EQ(two.Wait().exit_code, 0);
  EXPECT_EQ(LedgerLines(target).size(), 20U);
  for (const char* const folder : {"one", "two"}) {
    EXPECT_THAT(RunKlayBeam(arguments(folder)).out, HasSubstr("10 files: 0 done, 10 skipped"));
  }
}

TEST(TranscodeProgramTest, ADryRunSaysAllAndWritesNothing) {
  const TestFolder source;
  const TestFolder target;
  const std::string music = Fixture("music/ok-12s.mp3");
  source.File("a.mp3", music);
  source.File("deep/b.mp3", music);
  source.File("done.mp3", music);
  source.File("broken.mp3", "no audio");
  target.File("done.wav", "x");
  target.File(".beam-0123456789abcdef.part", "of a writer that was killed");
  const auto before = Contents(target);
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--dry_run", "--metrics_json", source / "metrics.json", "--failures", source / "f.jsonl"});
    return RunKlayBeam(Transcode(source, target, more));
  };
  const std::string bytes = std::to_string(2 * music.size());
  const ProgramResult wav =
      run({"--target_audio_suffix", ".wav", "--target_sample_rate", "16000", "--target_channels", "1"});
  EXPECT_EQ(wav.exit_code, 3) << wav.err;
  EXPECT_THAT(wav.out, HasSubstr("4 files: 2 to do, 1 skipped, 1 failed\nduration: 24.000 s"));
  EXPECT_THAT(wav.out,
              HasSubstr("nothing was written; to be read: " + bytes + " bytes; to be written: about "
                        + std::to_string(2 * (80 + 12 * 16000 * 2)) + " bytes\n"));
  EXPECT_THAT(wav.err, HasSubstr("would make " + target / "deep/b.wav of " + source / "deep/b.mp3: 12.000 s"));
  EXPECT_THAT(wav.err, HasSubstr("would skip " + source / "done.mp3: it is done already"));
  const auto metrics = nlohmann::json::parse(ReadFile(source / "metrics.json"));
  // The flags that were given, and no others.
  EXPECT_EQ(metrics["options"]["target_sample_rate"], "16000");
  EXPECT_EQ(metrics["options"]["dry_run"], "true");
  EXPECT_FALSE(metrics["options"].contains("quality") || metrics["options"].contains("max_num_workers"));
  EXPECT_EQ(metrics["files"]["done"], 2);
  EXPECT_EQ(metrics["estimate"]["files"], 3);  // with the broken one
  EXPECT_EQ(metrics["estimate"]["read"], 0);   // of stores
  EXPECT_THAT(wav.out, HasSubstr("estimate of the run:\n  files: 3, "));
  EXPECT_THAT(wav.out, HasSubstr("\n  audio: 0.0067 h, by the headers of all of them\n"));
  EXPECT_EQ(nlohmann::json::parse(ReadFile(source / "f.jsonl"))["path"], source / "broken.mp3");
  EXPECT_THAT(run({"--target_audio_suffix", ".flac"}).out, HasSubstr("to be written: 3 files of unknown size\n"));
  EXPECT_THAT(run({"--target_audio_suffix", ".mp3", "--bitrate", "64k"}).out, HasSubstr("to be written: about 288"));
  EXPECT_THAT(run({"--target_audio_suffix", ".wav", "--ledger"}).out, HasSubstr("4 files: 3 to do, 1 failed\n"));
  EXPECT_THAT(run({"--target_audio_suffix", ".wav", "--crop_duration", "12"}).err,
              HasSubstr("would skip " + source / "a.mp3: it is not longer than the crop"));
  EXPECT_EQ(Contents(target), before);
}

TEST(TranscodeProgramTest, ArraysThatNumpyReads) {
  const TestFolder source;
  const TestFolder target;
  // Each sample is its place in the array.
  int count = 0;
  for (const int channels : {1, 2, 5}) {
    Waveform waveform(channels, 20'000, 8000);
    for (int c = 0; c < channels; ++c) {
      auto samples = waveform.channel(c);
      std::iota(samples.begin(), samples.end(), static_cast<float>(c * 20'000));
    }
    MemoryByteSink wav;
    EncodeWaveform(wav, waveform, {.bit_depth = BitDepth::kFloat32});
    source.File("lf4-" + std::to_string(channels) + "x20000-" + (channels > 1 ? "F" : "C") + ".wav", wav.bytes());
    ++count;
  }
  const ProgramResult run = RunKlayBeam({"transcode", "--src_dir", source.path(), "--target_dir", target.path(),
                                         "--audio_suffix", ".wav", "--target_audio_suffix", ".npy"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const std::string check = std::string(std::getenv("TEST_CHECK_NPY")) + " " + target.path() + " >" + source / "count";
  ASSERT_EQ(std::system(check.c_str()), 0);
  EXPECT_EQ(ReadFile(source / "count"), std::to_string(count) + "\n");
}

TEST(TranscodeProgramTest, WebmBecomesArrays) {
  const TestFolder source;
  const TestFolder target;
  for (const char* const name : {"vorbis.webm", "opus.webm"}) source.File(name, Fixture(std::string("valid/") + name));
  const ProgramResult run =
      RunKlayBeam({"transcode", "--src_dir", source.path(), "--target_dir", target.path(), "--audio_suffix", ".webm",
                   "--target_audio_suffix", ".npy", "--target_sample_rate", "16000", "--target_channels", "1"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  for (const char* const name : {"vorbis.npy", "opus.npy"}) {
    const std::string bytes = ReadFile(target / name);
    MemoryByteSource array_source(bytes);
    const NpyArray array = ReadNpy(array_source);
    ASSERT_EQ(array.shape().size(), 2U) << name;
    EXPECT_EQ(array.shape()[0], 1);
    EXPECT_GT(array.shape()[1], 7000);
    EXPECT_GT(std::ranges::max(array.Values<float>()), 0.1F) << name;
  }
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
      {{"--target_audio_suffix", ".npy", "--bitrate", "192k"}, "npy"},
      {{"--target_audio_suffix", ".npy", "--bit_depth", "16"}, "npy"},
      {{"--target_audio_suffix", ".wav", "--retry_failed=false"}, "--ledger"},
      {{"--target_audio_suffix", ".wav", "--ledger", "--src_dir", source.path() + "*"}, "not a pattern"},
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
