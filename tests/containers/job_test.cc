// Whole jobs on Prism, whose workers are containers as far as that goes without Docker: the image's file system, entry
// point and variables; and boot programs and workers of different SDKs, which start each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/file_contents.h"
#include "tests/containers/boot_worker.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

// Where Prism's job service is.
std::string Prism() {
  std::ifstream file(Variable("ENGINE_ENDPOINT_FILE"));
  std::string endpoint;
  std::getline(file, endpoint);
  return endpoint;
}

class Job : public BootTest {
 protected:
  // A program that runs `command` with the arguments it is given and these variables, which engines do not pass on. The
  // container's own are as the emulator of s3:// wants them.
  std::string Wrapper(const std::string& command) const {
    const std::string path = folder_ / "boot.sh";
    std::ofstream(path) << "#!/usr/bin/env bash\nexport IMAGE_VOLUMES=" << folder_.path() << " IMAGE_ROOT='"
                        << (std::getenv("IMAGE_ROOT") == nullptr ? "" : std::getenv("IMAGE_ROOT"))
                        << "' IMAGE_VARIABLES='AWS_ACCESS_KEY_ID=klay AWS_SECRET_ACCESS_KEY=beam'\nexec " << command
                        << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  std::string Boot() const { return Wrapper(BootProgram() + " \"$@\""); }
  // Beam's Go boot program takes the quotes that Prism puts around ids for a part of them.
  std::string GoBoot() const { return Wrapper(Variable("GO_BOOT") + " \"${@//\\'/}\""); }

  std::vector<std::string> OnPrism(std::vector<std::string> arguments, const std::string& boot) const {
    arguments.insert(arguments.end(),
                     {"--runner", "Portable", "--job_endpoint", Prism(), "--environment_type", "PROCESS",
                      "--environment_config", boot, "--job_timeout", "30"});
    return arguments;
  }

  std::vector<std::string> Transcode(const std::string& target) const {
    const std::filesystem::path fixtures = Variable("TEST_FIXTURES_DIR");
    std::filesystem::create_directories(folder_ / "music");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(fixtures)) {
      if (entry.path().extension() == ".mp3") {
        std::filesystem::copy(entry.path(), folder_ / "music/", std::filesystem::copy_options::skip_existing);
      }
    }
    return {"transcode",      "--src_dir", folder_ / "music",       "--target_dir", folder_ / target,
            "--audio_suffix", ".mp3",      "--target_audio_suffix", ".wav",         "--quiet"};
  }

  const TestFolder folder_;
};

// The image's FFmpeg is another build than this machine's, with fewer parts.
class FixtureJob : public Job {
 protected:
  // Puts all fixtures of these folders into one, under one suffix: it is the contents that decide.
  void TakeFixtures(const std::vector<std::string>& folders) const {
    std::filesystem::create_directories(folder_ / "audio");
    for (const std::string& folder : folders) {
      for (const auto& entry : std::filesystem::directory_iterator(Variable("TEST_FIXTURES_DIR") + "/" + folder)) {
        const std::string name = folder + " " + entry.path().filename().string() + ".audio";
        std::filesystem::copy(entry.path(), folder_ / "audio/" + name);
      }
    }
  }

  // Runs the job here and on Prism; `arguments` gives it its place for results, below the test's folder.
  template <class Arguments>
  void ExpectTheSame(const Arguments& arguments, const std::string& location) const {
    const ProgramResult here = RunKlayBeam(arguments("here"));
    auto all = OnPrism(arguments("there"), Boot());
    all.insert(all.end(), {"--sdk_location", location});
    const ProgramResult there = RunKlayBeam(all);
    EXPECT_EQ(there.exit_code, here.exit_code) << there.err;
    const auto wanted = Contents(folder_ / "here");
    const auto made = Contents(folder_ / "there");
    EXPECT_FALSE(wanted.empty()) << here.err;
    for (const auto& [name, bytes] : wanted) {
      const auto found = made.find(name);
      EXPECT_TRUE(found != made.end() && Sorted(name, found->second) == Sorted(name, bytes)) << name;
    }
    EXPECT_EQ(made.size(), wanted.size());
  }
  void ExpectTheSameAudio(const std::string& suffix, const std::string& location) const {
    ExpectTheSame(
        [&](const std::string& target) {
          return std::vector<std::string>{"transcode", "--src_dir",    folder_ / "audio", "--audio_suffix",
                                          ".audio",    "--target_dir", folder_ / target,  "--target_audio_suffix",
                                          suffix,      "--quiet"};
        },
        location);
  }

 private:
  // Lines of JSON come in no order.
  static std::vector<std::string> Sorted(const std::string& name, const std::string& bytes) {
    if (!name.ends_with(".jsonl")) return {bytes};
    std::vector<std::string> lines;
    std::istringstream text(bytes);
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
  }
};

TEST_F(FixtureJob, EveryFormatIsDecodedAlike) {
  TakeFixtures({"valid", "music", "damaged"});
  ExpectTheSameAudio(".wav", "container");
}

// Containers, codecs, lengths, damage, levels.
TEST_F(FixtureJob, EveryFormatIsDescribedAlike) {
  TakeFixtures({"valid", "music", "damaged"});
  ExpectTheSame(
      [&](const std::string& target) {
        std::filesystem::create_directories(folder_ / target);
        return std::vector<std::string>{"stats",
                                        "--source_audio_path",
                                        folder_ / "audio",
                                        "--match_suffix=",
                                        "--quiet",
                                        "--per_file",
                                        folder_ / (target + "/files.jsonl"),
                                        "--stats_json",
                                        folder_ / (target + "/stats.json")};
      },
      "container");
}

TEST_F(FixtureJob, AStagedProgramDecodesAlike) {
  TakeFixtures({"valid"});
  ExpectTheSameAudio(".wav", "default");
}

// By the encoders of FFmpeg; the others are libraries of their own.
TEST_F(FixtureJob, FlacIsEncodedAlike) {
  TakeFixtures({"valid"});
  ExpectTheSameAudio(".flac", "container");
}

TEST_F(FixtureJob, AacIsEncodedAlike) {
  TakeFixtures({"valid"});
  ExpectTheSameAudio(".m4a", "container");
}

// libcurl looks for the well-known authorities at the one place, and OpenSSL within Arrow's libraries at the other.
TEST_F(Job, TheImageHasAuthoritiesWhereClientsLook) {
  for (const std::string place : {"/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem"}) {
    EXPECT_THAT(ReadFile(Variable("IMAGE_ROOT") + place), HasSubstr("-----BEGIN CERTIFICATE-----")) << place;
  }
}

// An image that was not made for them; StoresJob has one that was.
TEST_F(Job, AStoreThatTheImageLacksIsToldWithWhatToDo) {
  auto arguments =
      OnPrism({"run-example", "--source_audio_path", "s3://klay/music", "--source_audio_suffix", ".mp3"}, Boot());
  const ProgramResult result = RunKlayBeam(arguments);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("s3://klay/music"));
  EXPECT_THAT(result.err, HasSubstr("an image of workers has them that was made with `make container STORES=s3,abfs`"));
}

class StoresJob : public Job {
 protected:
  // What Wrapper() gives containers.
  StoresJob() {
    ::setenv("AWS_ACCESS_KEY_ID", "klay", 1);
    ::setenv("AWS_SECRET_ACCESS_KEY", "beam", 1);
  }

  static std::vector<std::string> WithS3(std::vector<std::string> arguments) {
    std::string endpoint;
    std::ifstream(Variable("STORE_ENDPOINTS") + "/s3.endpoint") >> endpoint;
    arguments.insert(arguments.end(), {"--s3_endpoint_url", "http://" + endpoint});
    return arguments;
  }
};

TEST_F(StoresJob, AnImageThatWasMadeForItReadsAndWritesObjects) {
  const std::string music = "s3://klay/image-" + std::to_string(getpid());
  const ProgramResult here = RunKlayBeam(Transcode("here"));
  const ProgramResult copied = RunKlayBeam(WithS3({"cp", "--recursive", folder_ / "music/", music + "/in"}));
  ASSERT_EQ(copied.exit_code, 0) << copied.err;
  for (const std::string location : {"container", "default"}) {
    const std::string target = music + "/" + location;
    auto arguments = OnPrism(WithS3({"transcode", "--src_dir", music + "/in", "--audio_suffix", ".mp3", "--target_dir",
                                     target, "--target_audio_suffix", ".wav", "--quiet"}),
                             Boot());
    arguments.insert(arguments.end(), {"--sdk_location", location});
    const ProgramResult there = RunKlayBeam(arguments);
    EXPECT_EQ(there.exit_code, here.exit_code) << there.err;
    const ProgramResult fetched = RunKlayBeam(WithS3({"cp", "--recursive", target + "/", folder_ / location}));
    ASSERT_EQ(fetched.exit_code, 0) << fetched.err;
    const auto wanted = Contents(folder_ / "here");
    EXPECT_FALSE(wanted.empty()) << here.err;
    EXPECT_TRUE(Contents(folder_ / location) == wanted) << location;
  }
}

// However the engine ends its workers.
TEST_F(Job, TheLedgerHasEveryFile) {
  auto arguments = OnPrism(Transcode("there"), Boot());
  arguments.emplace_back("--ledger");
  EXPECT_EQ(RunKlayBeam(arguments).exit_code, RunKlayBeam(Transcode("here")).exit_code);
  std::set<std::string> records;  // of segments that are being merged some may be there twice
  for (const auto& [name, text] : Contents(folder_ / "there/.klay-ledger")) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) records.insert(line);
  }
  EXPECT_EQ(records.size(), Contents(folder_ / "music").size());
}

TEST_F(Job, AProgramOfAnotherBuildThanTheImageIsRefusedByName) {
  auto arguments = OnPrism({"--folder", folder_.path(), "--sdk_location", "container"}, Boot());
  const ProgramResult result = KlayBeamProgram(arguments, {.program = Variable("FAULT_PROGRAM")}).Wait();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err,
              ContainsRegex("the pipeline was launched by build [0-9a-f]{12} of its program, and this worker "
                            "is build [0-9a-f]{12}: run the same build of the same program in both places"));
}

TEST_F(Job, AnotherBuildThanTheImageIsTakenAlong) {
  std::filesystem::create_directories(folder_ / "out");
  const ProgramResult result =
      KlayBeamProgram(OnPrism({"--folder", folder_.path()}, Boot()), {.program = Variable("FAULT_PROGRAM")}).Wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(ReadFile(folder_ / "sums"), "4950\n");
}

class GoJob : public Job {};

TEST_F(GoJob, OurBootStartsAGoWorker) {
  folder_.File("text.txt", "one two two\n");
  const ProgramResult result =
      KlayBeamProgram({"--worker_binary=" + Variable("GO_PROGRAM"), "--input=" + folder_ / "text.txt",
                       "--output=" + folder_ / "counts.txt", "--runner=universal", "--endpoint=" + Prism(),
                       "--environment_type=PROCESS", R"(--environment_config={"command": ")" + Boot() + R"("})"},
                      {.program = Variable("GO_PROGRAM")})
          .Wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<std::string> counts;
  std::ifstream file(folder_ / "counts.txt");
  for (std::string line; std::getline(file, line);) counts.push_back(line);
  EXPECT_THAT(counts, UnorderedElementsAre("one: 1", "two: 2"));
}

TEST_F(GoJob, BeamsGoBootStartsOurWorker) {
  const ProgramResult here = RunKlayBeam(Transcode("here"));
  const ProgramResult there = RunKlayBeam(OnPrism(Transcode("there"), GoBoot()));
  EXPECT_EQ(there.exit_code, here.exit_code) << there.err;
  EXPECT_TRUE(Contents(folder_ / "there") == Contents(folder_ / "here"));
}

// It fetches them, and knows nothing of ours.
TEST_F(GoJob, FilesThatBeamsGoBootHasFetchedAreFound) {
  folder_.File("here/staged.txt", "a staged line\n");
  std::filesystem::create_directories(folder_ / "out");
  const ProgramResult result =
      KlayBeamProgram(
          OnPrism({"--folder", folder_.path(), "--fault", "file", "--files_to_stage", folder_ / "here/staged.txt"},
                  GoBoot()),
          {.program = Variable("FAULT_PROGRAM")})
          .Wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(ReadFile(folder_ / "sums"), "4950\na staged line\n");
}

}  // namespace
}  // namespace klay
