// run-example over folders of good and bad files: every file ends as exactly one of done and failed, and the exit code
// tells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/klay_beam_program.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using testing::ContainsRegex;
using testing::HasSubstr;

std::string Fixture(const std::string& name) {
  std::ifstream in(std::string(std::getenv("TEST_FIXTURES_DIR")) + "/" + name, std::ios::binary);
  if (!in) throw std::runtime_error("there is no fixture " + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

// One second of silence at 1000 Hz, 16 bits, one channel.
std::string OneSecondWav() {
  const auto u32 = [](std::uint32_t v) {
    return std::string{static_cast<char>(v), static_cast<char>(v >> 8), static_cast<char>(v >> 16),
                       static_cast<char>(v >> 24)};
  };
  return "RIFF" + u32(2036) + "WAVEfmt " + u32(16) + std::string("\1\0\1\0", 4) + u32(1000) + u32(2000)
      + std::string("\2\0\20\0", 4) + "data" + u32(2000) + std::string(2000, '\0');
}

struct Ran {
  ProgramResult program;
  nlohmann::json metrics;
  std::map<std::string, std::string> failures;  // reason by path, without the folder
};

Ran RunExample(const TestFolder& folder, const std::string& suffix, std::vector<std::string> more = {},
               const ProgramSetup& setup = {}) {
  const TestFolder results;
  std::vector<std::string> arguments = {
      "run-example", "--source_audio_path", folder.path(),           "--source_audio_suffix",
      suffix,        "--metrics_json",      results / "metrics.json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Ran run;
  run.program = RunKlayBeam(arguments, setup);
  std::ifstream in(results / "metrics.json");
  if (in) run.metrics = nlohmann::json::parse(in);
  for (const auto& failure : run.metrics.value("failures", nlohmann::json::array())) {
    run.failures[folder.Short(failure["path"])] = failure["reason"];
  }
  return run;
}

TEST(RunExampleTest, CountsAndAddsUp) {
  const TestFolder folder;
  folder.File("a.wav", OneSecondWav());
  folder.File("deep/er/b.wav", OneSecondWav());
  folder.File("c.txt", "not asked for");
  const Ran run = RunExample(folder, ".wav");
  EXPECT_EQ(run.program.exit_code, 0) << run.program.err;
  EXPECT_THAT(run.program.out, ContainsRegex("--source_audio_suffix +\\.wav\n"));
  EXPECT_THAT(run.program.out, HasSubstr("2 files: 2 done, 0 failed\nduration: 2.000 s, 0.033 min, 0.001 h\n"));
  EXPECT_THAT(run.program.err, HasSubstr("total duration: 2.000 seconds, 0.033 minutes, 0.001 hours"));
  EXPECT_EQ(run.metrics["state"], "done");
  EXPECT_EQ(run.metrics["files"]["done"], 2);
  EXPECT_EQ(run.metrics["audio_seconds"], 2.0);
  EXPECT_GT(run.metrics["peak_memory_bytes"], 0);
}

TEST(RunExampleTest, EveryKindOfBadInputFailsByNameAndTheOthersAreDone) {
  const TestFolder folder;
  const std::string good = OneSecondWav();
  folder.File("good.mp3", good);  // a wav by content
  folder.File("empty.mp3");
  folder.File("letter.mp3", "Dear Sir or Madam,\n");
  folder.File("no channels.mp3", Fixture("damaged/bad-zero-channels.wav"));
  folder.File("claims 4 GB.mp3", Fixture("damaged/bad-wav-claims-4GB.wav"));
  folder.File("cut.mp3", good.substr(0, 1000));
  folder.File("flipped.mp3", Fixture("damaged/damaged-bitflips.mp3"));
  folder.File("forbidden.mp3", good);
  std::filesystem::permissions(folder / "forbidden.mp3", std::filesystem::perms::none);
  folder.Link("dangling.mp3", "nowhere");
  folder.Link("to good.mp3", "good.mp3");
  folder.Fifo("fifo.mp3");
  folder.File("a.mp3/inside.mp3", good);  // the folder itself is no input, what is in it is
  const Ran run = RunExample(folder, ".mp3", {}, {.without_privileges = true});
  EXPECT_EQ(run.program.exit_code, 3) << run.program.err;
  EXPECT_EQ(run.metrics["files"]["matched"], 12);
  EXPECT_EQ(run.metrics["files"]["done"], 3);
  EXPECT_EQ(run.metrics["files"]["failed"], 9);
  const std::map<std::string, std::string> expected = {
      {"empty.mp3", "empty"},
      {"letter.mp3", "not audio"},
      {"no channels.mp3", "channels"},
      {"claims 4 GB.mp3", "truncated"},
      {"cut.mp3", "truncated"},
      {"flipped.mp3", ""},
      {"forbidden.mp3", "Permission denied"},
      {"dangling.mp3", "No such file"},
      {"fifo.mp3", "not a file"},
  };
  for (const auto& [name, reason] : expected) {
    EXPECT_TRUE(run.failures.contains(name)) << name;
    EXPECT_THAT(run.failures.at(name), HasSubstr(reason)) << name;
    EXPECT_THAT(run.program.out, HasSubstr("failed: " + folder / name + ": "));
  }
  EXPECT_EQ(run.failures.size(), expected.size());
}

TEST(RunExampleTest, StrictTurnsFailedInputsIntoAFailure) {
  const TestFolder folder;
  folder.File("letter.wav", "Dear Sir or Madam,\n");
  EXPECT_EQ(RunExample(folder, ".wav").program.exit_code, 3);
  EXPECT_EQ(RunExample(folder, ".wav", {"--strict"}).program.exit_code, 1);
}

TEST(RunExampleTest, OddNamesAreReadAndShownOnOneLine) {
  const TestFolder folder;
  const std::string names[] = {
      "with space",    "quo\"te's",  "[live]",      "what?",           "st*r",
      "back\\slash",   "line\nfeed", "esc\x1b[31m", "latin \xE9t\xE9", "na\xC3\xAFve \xE2\x99\xAB",
      "-dash --quiet", "100%s%n"};
  for (const std::string& name : names) {
    folder.File("in [live] 'x'?/" + name + ".wav", OneSecondWav());
    folder.File("in [live] 'x'?/" + name + " bad.wav", "no audio");
  }
  const Ran run = RunExample(folder, ".wav", {"--direct_num_workers", "2"});
  EXPECT_EQ(run.program.exit_code, 3) << run.program.err;
  EXPECT_EQ(run.metrics["files"]["done"], std::size(names));
  EXPECT_EQ(run.metrics["files"]["failed"], std::size(names));
  EXPECT_EQ(run.failures.size(), std::size(names));
  for (const char* const shown : {"line\\nfeed bad.wav: ", "esc\\x1B[31m bad.wav: ", "latin \\xE9t\\xE9 bad.wav: ",
                                  "na\xC3\xAFve \xE2\x99\xAB bad.wav: ", "100%s%n bad.wav: "}) {
    EXPECT_THAT(run.program.out, HasSubstr(shown));
    EXPECT_THAT(run.program.err, HasSubstr(shown));
  }
  EXPECT_EQ(run.program.err.find('\x1b'), std::string::npos);
}

TEST(RunExampleTest, AFolderIsTakenByItsNameEvenIfThatLooksLikeAPattern) {
  const TestFolder folder;
  folder.File("shard-1/a.wav", OneSecondWav());
  folder.File("shard-2/b.wav", OneSecondWav());
  folder.File("shard-[12]/c.wav", OneSecondWav());
  const auto count = [&](const std::string& name) {
    const ProgramResult result =
        RunKlayBeam({"run-example", "--source_audio_path", folder / name, "--source_audio_suffix", "wav", "--quiet"});
    return result.out.substr(0, result.out.find('\n'));
  };
  EXPECT_EQ(count("shard-[12]"), "1 file: 1 done, 0 failed");
  EXPECT_EQ(count("shard-[1-2]"), "2 files: 2 done, 0 failed");
}

TEST(RunExampleTest, CutsOfEveryFormatEndAsDoneOrFailed) {
  const TestFolder folder;
  int inputs = 0;
  for (const char* const format : {"mp3", "wav", "flac", "ogg", "opus", "m4a", "webm", "wma", "aiff"}) {
    const std::string whole = Fixture(std::string("music/ok-12s.") + format);
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{40}, whole.size() / 7, whole.size() / 2, whole.size() - 1}) {
      folder.File(std::string(format) + " " + std::to_string(size) + ".audio", whole.substr(0, size));
      ++inputs;
    }
    folder.File(std::string(format) + ".audio", whole);
    ++inputs;
  }
  const Ran run = RunExample(folder, ".audio");
  EXPECT_EQ(run.program.exit_code, 3) << run.program.err;
  EXPECT_EQ(run.metrics["files"]["matched"], inputs);
  EXPECT_EQ(run.metrics["files"]["done"].get<int>() + run.metrics["files"]["failed"].get<int>(), inputs);
  for (const char* const format : {"mp3", "wav", "flac", "ogg", "opus", "m4a", "webm", "wma", "aiff"}) {
    EXPECT_FALSE(run.failures.contains(std::string(format) + ".audio")) << format;
    EXPECT_TRUE(run.failures.contains(std::string(format) + " 40.audio")) << format;
  }
}

TEST(RunExampleTest, KeptDamageIsDoneAndCounted) {
  const TestFolder folder;
  const std::string whole = OneSecondWav();
  folder.File("whole.wav", whole);
  folder.File("half.wav", whole.substr(0, 44 + 1000));
  const Ran run = RunExample(folder, ".wav", {"--on_damage", "keep"});
  EXPECT_EQ(run.program.exit_code, 0) << run.program.err;
  EXPECT_THAT(run.program.out, HasSubstr("2 files: 2 done, 0 failed\nof those done, damaged: 1\nduration: 1.500 s"));
  EXPECT_EQ(run.metrics["files"]["damaged"], 1);
}

TEST(RunExampleTest, ResultsAreTheSameWithAnyNumberOfThreads) {
  const TestFolder folder;
  for (int i = 0; i < 60; ++i) folder.File(std::to_string(i) + ".wav", i % 7 == 0 ? "no audio" : OneSecondWav());
  std::vector<std::string> summaries;
  for (const char* const threads : {"1", "2", "8"}) {
    const Ran run = RunExample(folder, ".wav", {"--quiet", "--direct_num_workers", threads});
    EXPECT_EQ(run.program.exit_code, 3);
    const std::string& out = run.program.out;
    const std::size_t took = out.find("took ");  // the one line that may differ
    summaries.push_back(out.substr(0, took) + out.substr(out.find('\n', took)));
  }
  EXPECT_THAT(summaries[0], HasSubstr("60 files: 51 done, 9 failed\nduration: 51.000 s"));
  EXPECT_EQ(summaries[0], summaries[1]);
  EXPECT_EQ(summaries[0], summaries[2]);
}

TEST(RunExampleTest, AFolderThatCannotBeListedInTheMiddleFailsTheRun) {
  const TestFolder folder;
  folder.File("a.wav", OneSecondWav());
  folder.File("closed/b.wav", OneSecondWav());
  std::filesystem::permissions(folder / "closed", std::filesystem::perms::none);
  const Ran run = RunExample(folder, ".wav", {}, {.without_privileges = true});
  std::filesystem::permissions(folder / "closed", std::filesystem::perms::owner_all);
  EXPECT_EQ(run.program.exit_code, 1);
  EXPECT_THAT(run.program.err, HasSubstr("the run failed: "));
  EXPECT_THAT(run.program.err, HasSubstr("closed"));
  EXPECT_EQ(run.metrics["state"], "failed");
}

}  // namespace
}  // namespace klay
