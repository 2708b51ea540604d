// stats as a user runs it: over good, damaged and foreign files, and what it says of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "beam/io/test_files.h"
#include "klay/audio/encode_test_util.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

// A sine of 1 kHz, the same in all channels.
std::string Sine(double seconds, int channels, int sample_rate, double peak_dbfs, const EncodeOptions& options = {}) {
  Waveform sine(channels, std::llround(seconds * sample_rate), sample_rate);
  for (int c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < sine.channel(c).size(); ++i) {
      const double phase = 2 * std::numbers::pi * 1000 * static_cast<double>(i) / sample_rate;
      sine.channel(c)[i] = static_cast<float>(std::pow(10, peak_dbfs / 20) * std::sin(phase));
    }
  }
  return Encode(sine, options);
}

struct Ran {
  ProgramResult program;
  std::string json_text;
  Json json;
  std::string lines;                  // --per_file
  std::map<std::string, Json> files;  // the same by path, without the folder
};

Ran RunStats(const TestFolder& folder, std::vector<std::string> more = {}, const ProgramSetup& setup = {}) {
  const TestFolder results;
  std::vector<std::string> arguments = {
      "stats",      "--source_audio_path",  folder.path(), "--stats_json", results / "stats.json",
      "--per_file", results / "files.jsonl"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Ran run;
  run.program = RunKlayBeam(arguments, setup);
  run.json_text = ReadFile(results / "stats.json");
  run.json = Json::parse(run.json_text);
  run.lines = ReadFile(results / "files.jsonl");
  std::istringstream lines(run.lines);
  for (std::string line; std::getline(lines, line);) {
    const Json file = Json::parse(line);
    run.files[folder.Short(file["path"])] = file;
  }
  return run;
}

std::string Described(const Json& file) {
  return file["container"].get<std::string>() + " " + file["codec"].get<std::string>() + " " + file["bit_depth"].dump()
      + " " + file["channels"].dump() + " " + file["sample_rate"].dump() + " " + file["seconds"].dump();
}

// The records of klay_beam's own test, in formats of many kinds, all named as if they were mp3.
TEST(StatsProgramTest, SaysWhatAFolderIsMadeOf) {
  const TestFolder folder;
  folder.File("a.mp3", Sine(3.5, 2, 44100, -23, {.format = AudioFormat::kMp3}));
  folder.File("with space/b.mp3", Sine(2.0, 1, 48000, -20, {.format = AudioFormat::kFlac}));
  folder.File("na\xC3\xAFve \xE2\x99\xAB [live]?/c.mp3", Sine(4.5, 2, 44100, -23));
  folder.File("d.mp3", Sine(5.0, 1, 96000, -20, {.format = AudioFormat::kWav, .bit_depth = BitDepth::kFloat32}));
  folder.File("cover.jpg", "not asked for");
  const Ran run = RunStats(folder);
  EXPECT_EQ(run.program.exit_code, 0) << run.program.err;
  EXPECT_EQ(run.json["files"].dump(), R"({"damaged":0,"done":4,"empty":0,"failed":0,"skipped":0})");
  EXPECT_EQ(run.json["seconds"], 15.0);
  EXPECT_EQ(run.json["hours"], 15.0 / 3600);
  EXPECT_EQ(run.json["mono_files"], 2);
  EXPECT_EQ(run.json["stereo_files"], 2);
  EXPECT_EQ(run.json["length_seconds"]["p50"], 3.5);
  EXPECT_EQ(run.json["length_seconds"]["mean"], 15.0 / 4);
  EXPECT_EQ(run.json["length_seconds"]["histogram"].dump(),
            R"([{"files":3,"from":1.0,"to":5.0},{"files":1,"from":5.0,"to":10.0}])");
  const std::map<std::string, std::string> expected = {
      {"a.mp3", "mp3 mp3 null 2 44100 3.5"},
      {"with space/b.mp3", "flac flac \"16\" 1 48000 2.0"},
      {"na\xC3\xAFve \xE2\x99\xAB [live]?/c.mp3", "wav pcm_s16le \"16\" 2 44100 4.5"},
      {"d.mp3", "wav pcm_f32le \"32f\" 1 96000 5.0"},
  };
  EXPECT_EQ(run.files.size(), expected.size());
  for (const auto& [name, description] : expected) {
    ASSERT_TRUE(run.files.contains(name)) << name;
    const Json& file = run.files.at(name);
    EXPECT_EQ(Described(file), description);
    // A stereo sine of that peak has that loudness; mono has half the power.
    EXPECT_NEAR(file["integrated_lufs"], -23, 0.15) << name;
    EXPECT_NEAR(file["rms_dbfs"], (file["channels"] == 1 ? -20 : -23) - 3.01, 0.1) << name;
    EXPECT_EQ(file["clipped_samples"], 0) << name;
  }
  EXPECT_EQ(run.json["levels"]["integrated_lufs"]["files"], 4);
  EXPECT_NEAR(run.json["levels"]["integrated_lufs"]["p50"], -23, 0.25);
  EXPECT_THAT(run.program.out, HasSubstr("       2       0.0022   53.3  44100 Hz\n"));
  EXPECT_THAT(run.program.out, HasSubstr("       1       0.0010   23.3  mp3, mp3\n"));
  EXPECT_THAT(run.program.out, HasSubstr("4 files: 4 done, 0 failed\nduration: 15.000 s"));
}

TEST(StatsProgramTest, DamagedAndForeignFilesAreFigures) {
  const TestFolder folder;
  const std::string whole = Sine(2, 1, 8000, -20);
  folder.File("good.mp3", whole);
  folder.File("half.mp3", whole.substr(0, 44 + (whole.size() - 44) / 2));
  folder.File("flipped.mp3", Fixture("damaged/damaged-bitflips.mp3"));
  folder.File("empty.mp3");
  folder.File("letter.mp3", "Dear Sir or Madam,\n");
  folder.File("no channels.mp3", Fixture("damaged/bad-zero-channels.wav"));
  folder.File("forbidden.mp3", whole);
  std::filesystem::permissions(folder / "forbidden.mp3", std::filesystem::perms::none);
  folder.Link("dangling.mp3", "nowhere");
  folder.Fifo("fifo.mp3");
  folder.File("no samples.mp3", Sine(0, 1, 8000, 0));
  const ProgramSetup setup{.without_privileges = true};

  const Ran kept = RunStats(folder, {}, setup);
  EXPECT_EQ(kept.program.exit_code, 3) << kept.program.err;
  EXPECT_EQ(kept.json["files"].dump(), R"({"damaged":2,"done":4,"empty":1,"failed":6,"skipped":0})");
  EXPECT_EQ(kept.files.at("half.mp3")["seconds"], 1.0);
  EXPECT_THAT(kept.files.at("half.mp3")["damage"], HasSubstr("truncated"));
  EXPECT_FALSE(kept.files.at("flipped.mp3")["damage"].is_null());
  EXPECT_TRUE(kept.files.at("good.mp3")["damage"].is_null());
  EXPECT_THAT(kept.program.err, HasSubstr("damaged: " + folder / "half.mp3" + ": truncated"));
  EXPECT_THAT(kept.program.out, HasSubstr("       2  damaged\n"));
  EXPECT_THAT(kept.program.out, HasSubstr("10 files: 4 done, 6 failed\nof those done, damaged: 2\n"));
  EXPECT_THAT(kept.program.out, HasSubstr("failed: " + folder / "letter.mp3: not audio"));

  const Ran failed = RunStats(folder, {"--on_damage", "fail"}, setup);
  EXPECT_EQ(failed.json["files"].dump(), R"({"damaged":0,"done":2,"empty":1,"failed":8,"skipped":0})");
  EXPECT_EQ(failed.json["seconds"], 2.0);
  EXPECT_EQ(RunStats(folder, {"--strict"}, setup).program.exit_code, 1);
}

TEST(StatsProgramTest, WithoutASuffixAllFilesAreLookedAtAndOthersSkipped) {
  const TestFolder folder;
  folder.File("a.wav", Sine(1, 1, 8000, -20));
  folder.File("deep/B.FLAC", Sine(2, 1, 8000, -20, {.format = AudioFormat::kFlac}));
  folder.File("no extension", Sine(3, 1, 8000, -20));
  folder.File("cover.jpg", "\xFF\xD8\xFF\xE0 a picture");
  folder.File("notes.txt", "Dear Sir or Madam,\n");
  const Ran run = RunStats(folder, {"--match_suffix="});
  EXPECT_EQ(run.program.exit_code, 0) << run.program.err;
  EXPECT_EQ(run.json["files"].dump(), R"({"damaged":0,"done":3,"empty":0,"failed":0,"skipped":2})");
  EXPECT_EQ(run.json["seconds"], 6.0);
  EXPECT_THAT(run.program.out, HasSubstr("5 files: 3 done, 2 skipped, 0 failed\n"));
}

TEST(StatsProgramTest, LengthsOnlyGivesTheSameLengthsAndNoLevels) {
  const TestFolder folder;
  folder.File("a.mp3", Sine(1.5, 2, 44100, -20, {.format = AudioFormat::kMp3}));
  folder.File("b.mp3", Sine(1.5, 2, 44100, -20, {.format = AudioFormat::kOgg}));
  const Ran whole = RunStats(folder);
  const Ran cheap = RunStats(folder, {"--lengths_only"});
  EXPECT_EQ(cheap.program.exit_code, 0);
  EXPECT_FALSE(whole.json["levels"].is_null());
  EXPECT_TRUE(cheap.json["levels"].is_null());
  for (const char* const field : {"files", "seconds", "formats", "bit_depths", "length_seconds"}) {
    EXPECT_EQ(cheap.json[field], whole.json[field]) << field;
  }
  EXPECT_THAT(cheap.program.out, HasSubstr("length in s"));
  EXPECT_THAT(cheap.program.out, Not(HasSubstr("loudness")));
}

TEST(StatsProgramTest, TheSameWithAnyNumberOfThreads) {
  const TestFolder folder;
  for (int i = 0; i < 40; ++i) {
    const std::string name = std::to_string(i % 3) + "/" + std::to_string(i) + ".mp3";
    folder.File(name, i % 7 == 0 ? "no audio" : Sine(0.3 + 0.037 * i, 1 + i % 2, 8000 + 1000 * (i % 3), -i));
  }
  std::vector<std::string> outputs;
  for (const char* const threads : {"1", "4"}) {
    const Ran run = RunStats(folder, {"--quiet", "--direct_num_workers", threads});
    EXPECT_EQ(run.program.exit_code, 3);
    const std::string& out = run.program.out;
    const std::size_t took = out.find("took ");  // the one line that may differ
    outputs.push_back(out.substr(0, took) + out.substr(out.find('\n', took)) + run.json_text + run.lines);
  }
  EXPECT_THAT(outputs[0], HasSubstr("40 files: 34 done, 6 failed"));
  EXPECT_EQ(outputs[0], outputs[1]);
}

TEST(StatsProgramTest, WhereNothingIsDoneTheFilesOfResultsAreThereAndEmpty) {
  const TestFolder folder;
  folder.File("letter.mp3", "Dear Sir or Madam,\n");
  const Ran run = RunStats(folder);
  EXPECT_EQ(run.program.exit_code, 3);
  EXPECT_TRUE(run.files.empty());
  EXPECT_EQ(run.json["files"]["failed"], 1);
  EXPECT_EQ(run.json["seconds"], 0.0);
  EXPECT_TRUE(run.json["length_seconds"]["mean"].is_null());
  EXPECT_TRUE(run.json["formats"].empty());
}

TEST(StatsProgramTest, FiguresThatCannotBeWrittenFailTheRun) {
  const TestFolder folder;
  for (int i = 0; i < 20; ++i) folder.File(std::to_string(i) + ".mp3", Sine(0.1, 1, 8000, -20));
  for (const std::string flag : {"--stats_json", "--per_file"}) {
    const TestFolder results;
    const ProgramResult run = RunKlayBeam(
        {"stats", "--quiet", "--source_audio_path", folder.path(), flag, results / "figures"}, {.largest_file = 2000});
    EXPECT_EQ(run.exit_code, 1) << flag;
    EXPECT_THAT(run.err, HasSubstr("the run failed: "));
    EXPECT_THAT(run.err, HasSubstr("cannot write \"" + results / "figures" + "\": File too large"));
    EXPECT_TRUE(Contents(results).empty());
  }
}

TEST(StatsProgramTest, MistakesAreOneSentenceAndExitCode2) {
  const TestFolder folder;
  folder.File("music/a.MP3", "x");
  folder.Folder("empty");
  const std::string path = "--source_audio_path";
  const struct {
    std::vector<std::string> flags;
    std::string says;
  } cases[] = {
      {{}, "--source_audio_path is missing"},
      {{path, folder / "none"}, "does not exist: give the folder"},
      {{path, folder / "music/a.MP3"}, "is not a folder"},
      {{path, folder / "music"}, "there are files in \".MP3\", and letter case counts; give that as --match_suffix"},
      {{path, folder / "empty"}, "there are no files at all; check --source_audio_path"},
      {{path, folder / "empty", "--match_suffix="}, "there are no files below \"" + folder / "empty\": check"},
      {{path, folder / "music", "--source_audio_suffix", ".MP3"}, "unknown flag --source_audio_suffix"},
      {{path, folder / "music", "--stats_json", folder / "music/a.MP3/s.json"}, "--stats_json cannot be used: "},
      {{path, folder / "music", "--per_file", folder / "music/a.MP3/f.jsonl"}, "--per_file cannot be used: "},
      {{path, folder / "music", "--on_damage", "ignore"}, "must be one of fail|keep, not 'ignore'"},
      {{path, folder / "music", "--lengths_only=maybe"}, "--lengths_only must be true or false"},
  };
  for (const auto& c : cases) {
    std::vector<std::string> arguments = {"stats", "--quiet"};
    arguments.insert(arguments.end(), c.flags.begin(), c.flags.end());
    const ProgramResult run = RunKlayBeam(arguments);
    SCOPED_TRACE(testing::PrintToString(arguments) + "\n" + run.err);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err, HasSubstr(c.says));
    EXPECT_EQ(run.err.find('\n'), run.err.size() - 1) << "it is not one line";
    EXPECT_EQ(run.out, "");
  }
}

}  // namespace
}  // namespace klay
