// transcode in a world that goes wrong, and over signals at the edges of what formats hold: every file ends as done,
// whole, or as failed, by name and without a trace.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/posix_error.h"
#include "beam/io/test_files.h"
#include "beam/testing/test_pipeline.h"
#include "klay/audio/encode_test_util.h"
#include "klay/jobs/job_log.h"
#include "klay/jobs/transcode.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/cli/small_disk.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using testing::AnyOf;
using testing::Eq;
using testing::HasSubstr;

constexpr AudioFormat kFormats[] = {AudioFormat::kWav, AudioFormat::kAiff, AudioFormat::kFlac, AudioFormat::kMp3,
                                    AudioFormat::kOgg, AudioFormat::kOpus, AudioFormat::kM4a};

EncodeOptions Float32() { return {.format = AudioFormat::kWav, .bit_depth = BitDepth::kFloat32}; }

std::vector<std::string> Transcode(const std::string& source, const std::string& target,
                                   const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"transcode", "--src_dir",      source, "--target_dir",
                                        target,      "--audio_suffix", ".wav", "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

struct Ran {
  ProgramResult program;
  std::map<std::string, std::string> reasons;  // of the files that failed, without the folder
};

Ran RunTranscodeProgram(const TestFolder& source, const std::string& target, std::vector<std::string> more,
                        const ProgramSetup& setup = {}) {
  const TestFolder results;
  more.insert(more.end(), {"--failures", results / "failures.jsonl"});
  Ran run;
  run.program = RunKlayBeam(Transcode(source.path(), target, more), setup);
  std::istringstream lines(ReadFile(results / "failures.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto failure = nlohmann::json::parse(line);
    run.reasons[source.Short(failure["path"])] = failure["reason"];
  }
  return run;
}

// Every source has its whole target, or a reason that says so much; nothing else lies in the folder of targets.
void ExpectDoneOrFailed(const Ran& run, const std::map<std::string, std::string>& found,
                        const std::map<std::string, std::string>& expected, const std::string& reason) {
  std::size_t done = 0;
  for (const auto& [target, bytes] : expected) {
    const std::string source = target.substr(0, target.find('.')) + ".wav";
    SCOPED_TRACE(source);
    if (found.contains(target)) {
      EXPECT_TRUE(found.at(target) == bytes) << "it is not whole";
      EXPECT_FALSE(run.reasons.contains(source));
      ++done;
    } else {
      ASSERT_TRUE(run.reasons.contains(source));
      EXPECT_THAT(run.reasons.at(source), HasSubstr(reason));
      EXPECT_THAT(run.reasons.at(source), HasSubstr(target));
    }
  }
  EXPECT_EQ(found.size(), done);
  EXPECT_GT(done, 0U);
  EXPECT_EQ(run.reasons.size(), expected.size() - done);
  EXPECT_GT(run.reasons.size(), 0U);
}

// Four short ones and four long ones.
void MakeSources(const TestFolder& folder) {
  for (int i = 0; i < 8; ++i) {
    folder.File(std::to_string(i) + ".wav", Encode(TestTones(1, i < 4 ? 1000 : 60'000 + i, 8000), {}));
  }
}

TEST(TranscodeFaultsTest, AFullDiskFailsFilesByNameAndLeavesNoPartOfThem) {
  const TestFolder source;
  MakeSources(source);
  const TestFolder undisturbed;
  const std::vector<std::string> aiff = {"--target_audio_suffix", ".aiff", "--bit_depth", "64f"};
  ASSERT_EQ(RunTranscodeProgram(source, undisturbed.path(), aiff).program.exit_code, 0);
  const auto expected = Contents(undisturbed);

  // Two of the long ones fit, and the short ones.
  const SmallDisk disk(1'200'000);
  if (disk.mounted()) {
    const Ran run = RunTranscodeProgram(source, disk.path(), aiff);
    EXPECT_EQ(run.program.exit_code, 3) << run.program.err;
    ExpectDoneOrFailed(run, Contents(disk.path()), expected, "No space left on device");
    disk.Resize(10'000'000);
    EXPECT_EQ(RunTranscodeProgram(source, disk.path(), aiff).program.exit_code, 0);
    EXPECT_TRUE(Contents(disk.path()) == expected);
  }

  // No file may be larger: the same in the middle of a write, on every machine.
  const TestFolder target;
  const Ran run = RunTranscodeProgram(source, target.path(), aiff, {.largest_file = 100'000});
  EXPECT_EQ(run.program.exit_code, 3) << run.program.err;
  ExpectDoneOrFailed(run, Contents(target), expected, "File too large; raise the limit of file sizes");
  EXPECT_EQ(run.reasons.size(), 4U);
  EXPECT_EQ(RunTranscodeProgram(source, target.path(), aiff).program.exit_code, 0);
  EXPECT_TRUE(Contents(target) == expected);
}

TEST(TranscodeFaultsTest, AFileSystemThatIsReadOnly) {
  const TestFolder source;
  source.File("a.wav", Encode(TestTones(1, 1000, 8000), {}));
  const SmallDisk disk(100'000);
  std::string says = "Read-only file system; that file system is read-only: write elsewhere";
  if (disk.mounted()) {
    disk.MakeReadOnly();
  } else {
    std::filesystem::permissions(disk.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    says = "Permission denied; give this user the permission";
  }
  for (const std::string& target : {disk.path(), disk.path() + "deep/er"}) {
    const Ran run =
        RunTranscodeProgram(source, target, {"--target_audio_suffix", ".mp3"}, {.without_privileges = true});
    EXPECT_EQ(run.program.exit_code, 3) << run.program.err;
    EXPECT_THAT(run.reasons.at("a.wav"), HasSubstr(says));
  }
  EXPECT_TRUE(Contents(disk.path()).empty());
  if (!disk.mounted()) std::filesystem::permissions(disk.path(), std::filesystem::perms::owner_all);
}

// What only a quota, a network disk or an object store says, at each moment of writing: in this process, as it takes a
// file system of the test's own.
TEST(TranscodeFaultsTest, AStoreThatRefusesFailsFilesByName) {
  const auto files = std::make_shared<beam::MemoryFileSystem>();
  const auto faulty = std::make_shared<beam::FaultyFileSystem>(files);
  const beam::ScopedFileSystem scope("mem", faulty);
  const std::string wav = Encode(TestTones(1, 20'000, 8000), {});
  struct Case {
    const char* name;
    int error;
    int write;  // the nth; 0: when all is written
  };
  const Case cases[] = {{"quota", EDQUOT, 1}, {"quota at the end", EDQUOT, 0},
                        {"full", ENOSPC, 3},  {"full at the end", ENOSPC, 0},
                        {"lost", ESTALE, 2},  {"broken", EIO, 0}};
  std::map<std::string, std::string> expected;
  for (const Case& c : cases) {
    const std::string target = "mem://out/" + std::string(c.name) + ".flac";
    files->Put("mem://in/" + std::string(c.name) + ".wav", wav);
    const std::string text = beam::internal::ErrnoText("write", target, c.error);
    const std::string reason = text.substr(text.find(": ") + 2);
    if (c.write > 0) {
      faulty->FailWrite(target, c.write, reason);
    } else {
      faulty->FailFinish(target, reason);
    }
    expected["mem://in/" + std::string(c.name) + ".wav"] = text;
  }
  files->Put("mem://in/good.wav", wav);
  TranscodeOptions options;
  options.src_dir = "mem://in";
  options.audio_suffix = ".wav";
  options.target_audio_suffix = ".flac";
  options.target_dir = "mem://out";
  beam::TestPipeline p;
  RunTranscode(p, options);
  p.Run();
  std::map<std::string, std::string> found;
  for (const Failure& failure : JobLog::Process().failures()) found[failure.path] = failure.reason;
  EXPECT_EQ(found, expected);
  EXPECT_TRUE(files->Get("mem://out/good.flac").has_value());
  for (const Case& c : cases) EXPECT_FALSE(files->Get("mem://out/" + std::string(c.name) + ".flac")) << c.name;
}

TEST(TranscodeFaultsTest, WhatIsInTheWayIsNamedAndStays) {
  const TestFolder source;
  const TestFolder target;
  const std::string wav = Encode(TestTones(1, 1000, 8000), {});
  const std::string longest(255 - 4, 'x');
  for (const std::string& name : {std::string("good"), std::string("folder"), std::string("deep/er/a"), longest}) {
    source.File(name + ".wav", wav);
  }
  target.Folder("folder.flac");
  target.File("deep", "a file where a folder must be");
  const Ran run = RunTranscodeProgram(source, target.path(), {"--target_audio_suffix", ".flac"});
  EXPECT_EQ(run.program.exit_code, 3) << run.program.err;
  EXPECT_EQ(run.reasons.size(), 3U);
  EXPECT_THAT(run.reasons.at("folder.wav"), HasSubstr("it is a folder, not a file"));
  EXPECT_THAT(run.reasons.at("deep/er/a.wav"), HasSubstr("a part of the path is a file, not a folder"));
  EXPECT_THAT(run.reasons.at(longest + ".wav"), HasSubstr("File name too long; shorten the path"));
  const auto found = Contents(target);
  EXPECT_EQ(found.size(), 2U);
  EXPECT_EQ(found.at("deep"), "a file where a folder must be");
  EXPECT_TRUE(found.contains("good.flac"));
}

TEST(TranscodeFaultsTest, NamesThatDifferOnlyByCaseOrUnicodeFormAreDifferentFiles) {
  const TestFolder source;
  const TestFolder target;
  const std::string names[] = {"a",
                               "A",
                               "\xC3\xA9",
                               "e\xCC\x81",
                               "\xC3\x89/x",
                               "E\xCC\x81/x",
                               "Stra\xC3\x9F"
                               "e",
                               "STRASSE",
                               "a ",
                               "\xEF\xBC\xA1",
                               "latin \xE9"};
  std::int64_t frames = 100;
  for (const std::string& name : names) source.File(name + ".wav", Encode(TestTones(1, frames++, 8000), {}));
  for (const bool again : {false, true}) {
    const Ran run = RunTranscodeProgram(source, target.path(), {"--target_audio_suffix", ".flac"});
    EXPECT_EQ(run.program.exit_code, 0) << run.program.err;
    EXPECT_THAT(run.program.out, HasSubstr(again ? "11 files: 0 done, 11 skipped" : "11 files: 11 done, 0 failed"));
    const auto found = Contents(target);
    EXPECT_EQ(found.size(), std::size(names));
    frames = 100;
    for (const std::string& name : names) {
      EXPECT_EQ(Load(found.at(name + ".flac")).waveform.frames(), frames++) << name;
    }
  }
}

void Overwrite(const std::string& path, const std::string& bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(pwrite(fd, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  close(fd);
}

// Whenever it happens: what is there in the end was made of one content, and of all of it.
TEST(TranscodeFaultsTest, ASourceThatChangesMeanwhileGivesNothingMixedOrShort) {
  constexpr std::int64_t kFrames = 44100 * 20;
  const std::string before = Encode(TestTones(1, kFrames, 44100), {});
  const std::string after = Encode(TestTones(1, kFrames, 44100, 20'000), {});
  const TestFolder source;
  const TestFolder whole;
  whole.File("before.wav", before);
  whole.File("after.wav", after);
  const std::vector<std::string> mp3 = {"--target_audio_suffix", ".mp3"};
  const TestFolder results;
  ASSERT_EQ(RunTranscodeProgram(whole, results.path(), mp3).program.exit_code, 0);
  const std::string of_before = ReadFile(results / "before.mp3");
  const std::string of_after = ReadFile(results / "after.mp3");

  const std::vector<std::string> names = {"deleted", "replaced", "overwritten", "cut", "untouched"};
  for (const std::string& name : names) source.File(name + ".wav", before);
  const TestFolder target;
  KlayBeamProgram program(Transcode(
      source.path(), target.path(),
      {"--target_audio_suffix", ".mp3", "--metrics_json", results / "metrics.json", "--direct_num_workers", "5"}));
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  std::filesystem::remove(source / "deleted.wav");
  source.File("new", after);
  std::filesystem::rename(source / "new", source / "replaced.wav");
  Overwrite(source / "overwritten.wav", after);
  std::filesystem::resize_file(source / "cut.wav", before.size() / 2);
  const ProgramResult run = program.Wait();
  EXPECT_THAT(run.exit_code, AnyOf(Eq(0), Eq(3))) << run.err;

  const auto metrics = nlohmann::json::parse(ReadFile(results / "metrics.json"));
  std::map<std::string, std::string> reasons;
  for (const auto& failure : metrics["failures"]) reasons[source.Short(failure["path"])] = failure["reason"];
  const auto found = Contents(target);
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const auto bytes = found.find(name + ".mp3");
    if (bytes == found.end()) {
      EXPECT_NE(name, "untouched");
      // Deleted before it was listed, it is no input at all.
      EXPECT_TRUE(reasons.contains(name + ".wav") || name == "deleted");
      continue;
    }
    EXPECT_FALSE(reasons.contains(name + ".wav")) << reasons[name + ".wav"];
    const bool became_other = name == "replaced" || name == "overwritten";
    EXPECT_TRUE(bytes->second == of_before || (became_other && bytes->second == of_after)) << "mixed, or short";
  }
  for (const auto& [name, bytes] : found) {
    EXPECT_TRUE(std::ranges::find(names, name.substr(0, name.find('.'))) != names.end()) << name;
  }
}

struct EdgeCase {
  const char* name;
  int channels;
  int sample_rate;
  std::int64_t frames;
};

constexpr EdgeCase kEdgeCases[] = {
    {"none", 2, 44100, 0},     {"one", 1, 44100, 1},        {"two", 2, 8000, 2},         {"3", 3, 48000, 2000},
    {"5", 5, 44100, 2000},     {"6", 6, 48000, 2000},       {"8", 8, 48000, 2000},       {"9", 9, 48000, 2000},
    {"8000", 1, 8000, 3000},   {"11025", 1, 11025, 3000},   {"12345", 1, 12345, 3000},   {"22050", 1, 22050, 3000},
    {"96000", 2, 96000, 3000}, {"176400", 1, 176400, 3001}, {"192000", 1, 192000, 3000}, {"384000", 2, 384000, 3000},
};

std::optional<std::string> WhyNot(const EncodeOptions& options, const EdgeCase& edge) {
  try {
    CheckEncoding(options, edge.channels, edge.sample_rate);
    return std::nullopt;
  } catch (const beam::Error& error) {
    return error.what();
  }
}

void MakeEdgeCases(const TestFolder& folder) {
  for (const EdgeCase& edge : kEdgeCases) {
    const std::string name = std::string(edge.name) + ".wav";
    folder.File(name, Encode(TestTones(edge.channels, edge.frames, edge.sample_rate), Float32()));
  }
}

TEST(TranscodeFaultsTest, SignalsAtTheEdgesOfWhatFormatsHold) {
  const TestFolder source;
  MakeEdgeCases(source);
  for (const AudioFormat format : kFormats) {
    const std::string suffix = "." + std::string(AudioFormatName(format));
    const TestFolder target;
    const Ran run = RunTranscodeProgram(source, target.path(), {"--target_audio_suffix", suffix});
    const auto found = Contents(target);
    std::size_t done = 0;
    for (const EdgeCase& edge : kEdgeCases) {
      SCOPED_TRACE(edge.name + suffix);
      const auto why_not = WhyNot({.format = format}, edge);
      ASSERT_EQ(found.contains(edge.name + suffix), !why_not);
      if (why_not) {
        EXPECT_EQ(run.reasons.at(std::string(edge.name) + ".wav"), *why_not);
        continue;
      }
      ++done;
      const Waveform back = Load(found.at(edge.name + suffix)).waveform;
      const int rate = format == AudioFormat::kOpus ? 48000 : edge.sample_rate;
      EXPECT_EQ(back.channels(), edge.channels);
      EXPECT_EQ(back.sample_rate(), rate);
      EXPECT_EQ(back.frames(), edge.frames * rate / edge.sample_rate);
    }
    EXPECT_EQ(found.size(), done);
    EXPECT_EQ(run.reasons.size(), std::size(kEdgeCases) - done);
    EXPECT_EQ(run.program.exit_code, done == std::size(kEdgeCases) ? 0 : 3) << run.program.err;
  }
}

// What every format can hold, from whatever there is; but for nine channels, of which nobody knows what they are.
TEST(TranscodeFaultsTest, ResampledAndMixedTheyAreDoneInEveryFormat) {
  const TestFolder source;
  MakeEdgeCases(source);
  for (const AudioFormat format : kFormats) {
    const std::string suffix = "." + std::string(AudioFormatName(format));
    const TestFolder target;
    const Ran run = RunTranscodeProgram(
        source, target.path(),
        {"--target_audio_suffix", suffix, "--target_sample_rate", "48000", "--target_channels", "2"});
    EXPECT_EQ(run.program.exit_code, 3) << run.program.err;
    EXPECT_EQ(run.reasons.size(), 1U);
    EXPECT_THAT(run.reasons.at("9.wav"), HasSubstr("9 channels have no usual layout"));
    const auto found = Contents(target);
    EXPECT_EQ(found.size(), std::size(kEdgeCases) - 1);
    for (const EdgeCase& edge : kEdgeCases) {
      if (edge.channels == 9) continue;
      SCOPED_TRACE(edge.name + suffix);
      const Waveform back = Load(found.at(edge.name + suffix)).waveform;
      EXPECT_EQ(back.channels(), 2);
      EXPECT_EQ(back.sample_rate(), 48000);
      EXPECT_EQ(back.frames(), (edge.frames * 48000 + edge.sample_rate - 1) / edge.sample_rate);
    }
  }
}

// NaN, infinity and what is far beyond full scale harm no more than their surroundings, resampled or not.
TEST(TranscodeFaultsTest, SamplesThatAreNoSound) {
  constexpr float kOdd[] = {std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity(),
                            3e38F,
                            -3e38F,
                            1e-40F,
                            7.5F};
  constexpr std::size_t kAt = 24'000;
  const Waveform clean = TestTones(2, 48'000, 48000);
  Waveform odd = clean.Clone();
  std::ranges::copy(kOdd, odd.channel(1).begin() + kAt);
  const TestFolder source;
  source.File("clean.wav", Encode(clean, Float32()));
  source.File("odd.wav", Encode(odd, Float32()));
  for (const AudioFormat format : kFormats) {
    const bool lossless = format == AudioFormat::kWav || format == AudioFormat::kAiff || format == AudioFormat::kFlac;
    for (const int rate : {48000, 16000}) {
      const std::string suffix = "." + std::string(AudioFormatName(format));
      SCOPED_TRACE(suffix + " at " + std::to_string(rate));
      const TestFolder target;
      const Ran run = RunTranscodeProgram(
          source, target.path(), {"--target_audio_suffix", suffix, "--target_sample_rate", std::to_string(rate)});
      EXPECT_EQ(run.program.exit_code, 0) << run.program.err;
      const Waveform of_clean = Load(ReadFile(target / ("clean" + suffix))).waveform;
      const Waveform of_odd = Load(ReadFile(target / ("odd" + suffix))).waveform;
      ASSERT_EQ(of_odd.frames(), of_clean.frames());
      // So far the filters of resamplers reach, and the overlapping blocks of codecs.
      const std::int64_t reach = 8000 * of_odd.sample_rate() / 48000;
      const std::int64_t at = static_cast<std::int64_t>(kAt) * of_odd.sample_rate() / 48000;
      for (int c = 0; c < 2; ++c) {
        double worst = 0;
        for (std::int64_t i = 0; i < of_odd.frames(); ++i) {
          const float sample = of_odd.channel(c)[static_cast<std::size_t>(i)];
          ASSERT_TRUE(std::isfinite(sample)) << i;
          if (std::abs(i - at) < reach) continue;
          worst = std::max(worst, std::abs(1.0 * sample - of_clean.channel(c)[static_cast<std::size_t>(i)]));
        }
        EXPECT_LE(worst, lossless ? 0 : 0.2) << "channel " << c;
      }
    }
  }
  const TestFolder target;
  ASSERT_EQ(RunTranscodeProgram(source, target.path(), {"--target_audio_suffix", ".aiff", "--bit_depth", "32f"})
                .program.exit_code,
            0);
  const Waveform kept = Load(ReadFile(target / "odd.aiff")).waveform;
  EXPECT_TRUE(std::isnan(kept.channel(1)[kAt]));
  for (std::size_t i = 1; i < std::size(kOdd); ++i) EXPECT_EQ(kept.channel(1)[kAt + i], kOdd[i]) << i;
}

}  // namespace
}  // namespace klay
