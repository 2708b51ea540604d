// --dry_run: what a run will take, told before it is launched, compared with what a run then takes; and what of it asks
// nobody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/cli/wav_contents.h"
#include "tests/dataflow/dataflow_stand_in.h"
#include "tests/dataflow/google_login.h"

namespace klay {
namespace {

using namespace beam::testing_dataflow;  // NOLINT(google-build-using-namespace)
using beam::testing_files::TestFolder;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string Music() {
  const char* const fixtures = std::getenv("TEST_FIXTURES_DIR");
  if (fixtures == nullptr) throw std::runtime_error("set TEST_FIXTURES_DIR");
  return ReadFile(std::string(fixtures) + "/music/ok-12s.mp3");
}

class Estimates : public testing::Test {
 protected:
  void PutFiles(int count) {
    const std::string music = Music();
    for (int i = 0; i < count; ++i) google_.storage().Put("music/in/" + std::to_string(i) + ".mp3", music);
  }

  struct Ran {
    ProgramResult program;
    Json metrics;
  };
  Ran Run(const std::string& command, const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {command, "--metrics_json=" + (folder_ / "metrics.json")};
    if (command == "transcode") {
      arguments.insert(arguments.end(),
                       {"--src_dir=gs://music/in", "--target_dir=gs://music/out", "--audio_suffix=.mp3",
                        "--target_audio_suffix=.wav", "--target_sample_rate=16000", "--target_channels=1"});
    } else {
      arguments.push_back("--source_audio_path=gs://music/in");
      arguments.push_back(command == "stats" ? "--match_suffix=.mp3" : "--source_audio_suffix=.mp3");
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    Ran run{RunKlayBeam(arguments), {}};
    if (run.program.exit_code == 0) run.metrics = Json::parse(ReadFile(folder_ / "metrics.json"));
    return run;
  }
  std::vector<std::string> OnDataflow(std::vector<std::string> more = {}) const {
    for (const std::string& flag : google_.Flags("count-1")) more.push_back(flag);
    more.push_back("--sdk_location=container");
    more.push_back("--dry_run");
    return more;
  }

  TestFolder folder_;
  DataflowStandIn google_{[](const StandInRequest&, GcsStandIn&) -> std::unique_ptr<StandInJob> {
    ADD_FAILURE() << "a job was made";
    return nullptr;
  }};
  GoogleLogin login_{google_};
};

TEST_F(Estimates, EveryJobWithFilesHasOne) {
  PutFiles(3);
  for (const char* const command : {"run-example", "stats", "transcode"}) {
    // No engine is needed for it.
    for (const std::vector<std::string>& more : {OnDataflow(), {"--dry_run"}, {"--dry_run", "--runner=Portable"}}) {
      const Ran run = Run(command, more);
      SCOPED_TRACE(command + run.program.err);
      EXPECT_EQ(run.program.exit_code, 0);
      EXPECT_THAT(run.program.out, HasSubstr("3 files: 3 to do, 0 failed\n"));
      EXPECT_THAT(run.program.out, HasSubstr("  audio: 0.0100 h, by the headers of all of them\n"));
      EXPECT_EQ(run.metrics["estimate"]["read"], 3);
      EXPECT_EQ(run.metrics["estimate"]["write"], command == std::string("transcode") ? 3 : 0);
    }
  }
  EXPECT_THAT(google_.asked(), IsEmpty());
  EXPECT_THAT(google_.storage().Uploaded(), IsEmpty());
}

TEST_F(Estimates, ASampleStandsForTheOthers) {
  PutFiles(100);
  google_.storage().Put("music/in/broken.mp3", "no audio");
  google_.storage().Put("music/out/0.wav", "done");
  const Ran run = Run("transcode", OnDataflow({"--price_per_1000_reads=1000", "--price_per_1000_writes=0"}));
  EXPECT_EQ(run.program.exit_code, 0) << run.program.err;
  EXPECT_THAT(run.program.out, HasSubstr("101 files: 100 to do, 1 skipped, 0 failed\ndry run, nothing was written\n"));
  EXPECT_THAT(run.program.out, HasSubstr("by the headers of 64 of them"));
  EXPECT_THAT(run.program.out, Not(HasSubstr("duration:")));
  EXPECT_EQ(run.metrics["estimate"]["looked_at"], 64);
  EXPECT_NEAR(run.metrics["estimate"]["audio_hours"], 99 * 12 / 3600.0, 0.01);
  EXPECT_NEAR(run.metrics["estimate"]["target_bytes"], 99 * 384'080.0, 2 * 384'080.0);
  EXPECT_EQ(run.metrics["estimate"]["read"], 100);
  EXPECT_NEAR(run.metrics["estimate"]["cost"], 100, 1e-6);
  EXPECT_LE(run.metrics["requests"]["gs"]["read"], 66);  // the sample, and not the others
}

TEST_F(Estimates, TheRequestsAreThoseThatTheRunMakes) {
  PutFiles(5);
  // Its contents decide. Beyond the first part of an object; and its result, of twice the rate, beyond one request.
  google_.storage().Put("music/in/large.mp3", SilentWav(std::size_t{20} << 20U));
  const Ran plan = Run("transcode", {"--dry_run"});
  const Ran run = Run("transcode", {});
  EXPECT_EQ(run.program.exit_code, 0) << run.program.err;
  const Json& estimate = plan.metrics["estimate"];
  const Json& requests = run.metrics["requests"]["gs"];
  for (const char* const verb : {"list", "read", "write"}) EXPECT_EQ(estimate[verb], requests[verb]) << verb;
  EXPECT_NEAR(estimate["audio_hours"], run.metrics["audio_seconds"].get<double>() / 3600, 0.001);
}

TEST_F(Estimates, TheLedgersRequestsAreInIt) {
  PutFiles(5);
  // First there is no ledger, then there are records of all files, two of which have another size by then.
  for (const int files : {5, 2}) {
    const Ran plan = Run("transcode", {"--ledger", "--dry_run"});
    const Ran run = Run("transcode", {"--ledger"});
    EXPECT_EQ(run.program.exit_code, 0) << run.program.err;
    EXPECT_EQ(run.metrics["files"]["done"], files);
    const Json& estimate = plan.metrics["estimate"];
    const Json& requests = run.metrics["requests"]["gs"];
    EXPECT_EQ(estimate["look"], files);
    EXPECT_EQ(estimate["write"], files + 1);
    for (const char* const verb : {"list", "look", "read", "write"}) EXPECT_EQ(estimate[verb], requests[verb]) << verb;
    for (const char* const name : {"music/in/0.mp3", "music/in/1.mp3"}) google_.storage().Put(name, SilentWav(4000));
  }
}

TEST_F(Estimates, AMistakeInTheRequestComesFirst) {
  PutFiles(1);
  const Ran run = Run("transcode", OnDataflow({"--max_num_workers=-1"}));
  EXPECT_EQ(run.program.exit_code, 2);
  EXPECT_THAT(run.program.err, HasSubstr("--max_num_workers must not be negative"));
}

}  // namespace
}  // namespace klay
