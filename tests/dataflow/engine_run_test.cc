// What klay-beam submits runs: the staged pipeline and the staged program, on an engine, by the contract of a
// worker's container, on audio in buckets, to the same bytes as here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/dataflow/dataflow_stand_in.h"
#include "tests/dataflow/engine_job.h"
#include "tests/dataflow/google_login.h"

namespace klay {
namespace {

using namespace beam::testing_dataflow;  // NOLINT(google-build-using-namespace)
using beam::testing_files::TestFolder;
using testing::HasSubstr;

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Engine EngineOfThisRun() {
  std::string endpoint = ReadFile(Variable("ENGINE_ENDPOINT_FILE"));
  while (endpoint.ends_with('\n')) endpoint.pop_back();
  return {.endpoint = endpoint, .is_java = Variable("ENGINE") != "prism"};
}

class DataflowOnEngine : public testing::Test {
 protected:
  DataflowOnEngine() {
    image_.Set("STORAGE_EMULATOR_HOST", google_.url());
    for (const auto& [name, bytes] : Contents(Variable("TEST_FIXTURES_DIR")))
      google_.storage().Put("music/in" + name, bytes);
  }

  ProgramResult Launch(std::vector<std::string> arguments, const std::string& job_name) const {
    for (const std::string& flag : google_.Flags(job_name)) arguments.push_back(flag);
    return RunKlayBeam(arguments);
  }

  TestFolder folder_;
  // The program in the image is another one than what is staged: only the staged one knows the job's steps.
  WorkerImage image_{Variable("FAULT_PROGRAM")};
  bool corrupts_ = false;
  DataflowStandIn google_{[this](const StandInRequest& request, GcsStandIn& storage) {
    if (corrupts_) Corrupt(request, storage);
    return RunOnEngine(request, storage, image_, EngineOfThisRun());
  }};
  GoogleLogin login_{google_};

 private:
  static void Corrupt(const StandInRequest& request, GcsStandIn& storage) {
    const std::string location =
        request.job.at("environment").at("workerPools").at(0).at("packages").at(0).at("location");
    const std::string path = location.substr(location.find('/') + 1);
    std::string bytes = *storage.Get(path);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    storage.Put(path, bytes);
  }
};

std::vector<std::string> Transcode(const std::string& from, const std::string& to) {
  return {"transcode",
          "--src_dir=" + from,
          "--target_dir=" + to,
          "--audio_suffix=.mp3",
          "--target_audio_suffix=.wav",
          "--target_sample_rate=16000",
          "--target_channels=1",
          "--quiet"};
}

// The lines of a summary, but for how long it took and for names.
std::string FirstLine(const ProgramResult& result) { return result.out.substr(0, result.out.find('\n')); }

TEST_F(DataflowOnEngine, TranscodeWritesTheSameBytes) {
  const TestFolder here;
  const ProgramResult local = RunKlayBeam(Transcode(Variable("TEST_FIXTURES_DIR"), here.path()));
  const ProgramResult remote = Launch(Transcode("gs://music/in", "gs://music/out"), "transcode-1");
  EXPECT_EQ(remote.exit_code, local.exit_code) << remote.err;
  EXPECT_EQ(FirstLine(remote), FirstLine(local));
  const std::map<std::string, std::string> wanted = Contents(here);
  EXPECT_FALSE(wanted.empty()) << local.err;
  EXPECT_TRUE(google_.storage().Below("music/out/") == wanted);
}

TEST_F(DataflowOnEngine, RunExampleSaysTheSame) {
  const auto arguments = [](const std::string& folder) -> std::vector<std::string> {
    return {"run-example", "--source_audio_path=" + folder, "--source_audio_suffix=.ogg", "--quiet"};
  };
  const ProgramResult local = RunKlayBeam(arguments(Variable("TEST_FIXTURES_DIR")));
  const ProgramResult remote = Launch(arguments("gs://music/in"), "run-example-1");
  EXPECT_EQ(remote.exit_code, local.exit_code) << remote.err;
  EXPECT_EQ(FirstLine(remote), FirstLine(local));
  EXPECT_THAT(FirstLine(local), HasSubstr("done"));
}

TEST_F(DataflowOnEngine, AProgramThatIsDamagedOnItsWayDoesNotStart) {
  corrupts_ = true;
  const ProgramResult result =
      Launch({"run-example", "--source_audio_path=gs://music/in", "--source_audio_suffix=.ogg"}, "run-example-1");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("is damaged: its SHA-256 is "));
}

}  // namespace
}  // namespace klay
