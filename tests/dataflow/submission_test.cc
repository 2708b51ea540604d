// klay-beam on the stand-in for Google Cloud: what is sent, what is said of a job, and how its ends come out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/dataflow/dataflow_stand_in.h"
#include "tests/dataflow/google_login.h"

namespace klay {
namespace {

using namespace beam::testing_dataflow;  // NOLINT(google-build-using-namespace)
using beam::testing_files::TestFolder;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// How a job goes. Each state is told once, the last one from then on; a message comes with the state at its place.
struct Script {
  std::vector<std::string> states = {"JOB_STATE_DONE"};
  struct Line {
    std::size_t with_state = 0;
    StandInMessage message;
    int later = 0;  // how often the messages are asked for in vain, after that
  };
  std::vector<Line> lines = {};
  Json metrics = Json::array();
};

class ScriptedJob final : public StandInJob {
 public:
  explicit ScriptedJob(Script script) : script_(std::move(script)) {}

  std::string State() override {
    if (cancelled_) return "JOB_STATE_CANCELLED";
    std::string state = script_.states[at_];
    told_ = at_;
    if (at_ + 1 < script_.states.size()) ++at_;
    return state;
  }
  std::vector<StandInMessage> Messages() override {
    std::vector<StandInMessage> messages;
    for (Script::Line& line : script_.lines) {
      if (line.with_state <= told_ && line.later-- <= 0) messages.push_back(line.message);
    }
    return messages;
  }
  Json Metrics() override { return script_.metrics; }
  void Cancel() override { cancelled_ = true; }

 private:
  Script script_;
  std::size_t at_ = 0;
  std::size_t told_ = 0;
  bool cancelled_ = false;
};

Json Counter(const std::string& name, int value) {
  return {{"name", {{"origin", "user"}, {"name", name}, {"context", {{"step", "s1"}, {"namespace", "klay"}}}}},
          {"scalar", value}};
}

Json CountsOf(int files) { return Json::array({Counter("files_loaded", files), Counter("audio_milliseconds", 1500)}); }

// As large as a program with what it links.
std::string Noise() {
  std::string bytes(60'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i / 251);
  return bytes;
}

class Submission : public testing::Test {
 protected:
  // A launch that takes no program along, unless `more` says so.
  std::vector<std::string> Launch(const std::vector<std::string>& more = {},
                                  const std::string& name = "count-1") const {
    std::vector<std::string> arguments = {"run-example", "--source_audio_path=gs://music/in",
                                          "--source_audio_suffix=.mp3", "--sdk_location=container"};
    for (const std::string& flag : google_.Flags(name)) arguments.push_back(flag);
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  ProgramResult Run(const std::vector<std::string>& more = {}) const { return RunKlayBeam(Launch(more)); }

  Script script_{.metrics = CountsOf(3)};  // of the jobs to come
  TestFolder folder_;
  DataflowStandIn google_{
      [this](const StandInRequest&, GcsStandIn&) { return std::make_unique<ScriptedJob>(script_); }};
  GoogleLogin login_{google_};
};

TEST_F(Submission, AJobIsFollowedToItsEnd) {
  script_.states = {"JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_OF_TOMORROW", "JOB_STATE_DONE"};
  script_.lines = {{0, {"a", "2026-01-01T00:00:01Z", "JOB_MESSAGE_BASIC", "Worker configuration: n1."}},
                   {1, {"b", "2026-01-01T00:00:02Z", "JOB_MESSAGE_WARNING", "Quotas are low."}},
                   {1, {"c", "2026-01-01T00:00:02Z", "JOB_MESSAGE_DETAILED", "Of no interest."}},
                   {1, {"4", "2026-01-01T00:00:03Z", "autoscaling", "Raised the number of workers."}},
                   {3, {"d", "2026-01-01T00:00:04Z", "JOB_MESSAGE_BASIC", "Stopping worker pool."}}};
  const ProgramResult result = Run();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("3 files: 3 done, 0 failed"));
  for (const char* const once :
       {"the job is JOB_STATE_PENDING", "the job is JOB_STATE_RUNNING", "the job is JOB_STATE_OF_TOMORROW",
        "the job is JOB_STATE_DONE", "Worker configuration: n1.", "Quotas are low.",
        "Raised the number of workers. (workers: 4)", "Stopping worker pool.",
        "https://console.cloud.google.com/dataflow/jobs/europe-west4/2026-01-01_00_00_00-1?project=my-project"}) {
    const std::size_t first = result.err.find(once);
    ASSERT_NE(first, std::string::npos) << once << "\n" << result.err;
    EXPECT_EQ(result.err.find(once, first + 1), std::string::npos) << once << "\n" << result.err;
  }
  EXPECT_THAT(result.err, Not(HasSubstr("Of no interest.")));
  EXPECT_THAT(google_.asked(), Contains("GET metrics").Times(1));
  ASSERT_EQ(google_.created().size(), 1U);
  EXPECT_EQ(google_.created().front().at("name"), "count-1");
}

TEST_F(Submission, AFailureIsToldWithTheReasonThatComesLate) {
  script_.states = {"JOB_STATE_RUNNING", "JOB_STATE_FAILED"};
  script_.lines = {{1, {"a", "2026-01-01T00:00:01Z", "JOB_MESSAGE_ERROR", "A work item was attempted 4 times."}, 2},
                   {1, {"b", "2026-01-01T00:00:02Z", "JOB_MESSAGE_ERROR", "Error message from worker: no memory"}, 2}};
  const ProgramResult result = Run();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("klay-beam run-example: the run failed: Error message from worker: no memory\n"));
}

TEST_F(Submission, AJobThatSomebodyElseCancelsIsNoSuccess) {
  script_.states = {"JOB_STATE_RUNNING", "JOB_STATE_CANCELLED"};
  const ProgramResult result = Run();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("klay-beam run-example: the run was cancelled elsewhere\n"));
}

TEST_F(Submission, CtrlCAsksOnceAndThenCancels) {
  script_.states = {"JOB_STATE_RUNNING"};
  KlayBeamProgram program(Launch());
  program.WaitForError("the job is JOB_STATE_RUNNING");
  program.Send(SIGINT);
  const std::string question = program.WaitForError("Ctrl-C: the job runs on. Again: it is cancelled.");
  EXPECT_THAT(question, HasSubstr("this program ends, and the job runs on (https://console.cloud.google.com/"));
  EXPECT_THAT(google_.asked(), Not(Contains(HasSubstr("PUT"))));
  program.Send(SIGINT);
  const ProgramResult result = program.Wait();
  EXPECT_EQ(result.exit_code, 128 + SIGINT) << result.err;
  EXPECT_THAT(google_.asked(), Contains(R"(PUT job {"requestedState":"JOB_STATE_CANCELLED"})").Times(1));
}

TEST_F(Submission, SigtermCancels) {
  script_.states = {"JOB_STATE_RUNNING"};
  KlayBeamProgram program(Launch());
  program.WaitForError("the job is JOB_STATE_RUNNING");
  program.Send(SIGTERM);
  EXPECT_EQ(program.Wait().exit_code, 128 + SIGTERM);
  EXPECT_THAT(google_.asked(), Contains(HasSubstr("PUT job")).Times(1));
}

TEST_F(Submission, SigquitLeavesTheJobRunning) {
  script_.states = {"JOB_STATE_RUNNING"};
  KlayBeamProgram program(Launch());
  program.WaitForError("the job is JOB_STATE_RUNNING");
  program.Send(SIGQUIT);
  EXPECT_NE(program.Wait().exit_code, 0);
  EXPECT_THAT(google_.asked(), Not(Contains(HasSubstr("PUT"))));
}

TEST_F(Submission, ATokenThatIsRefusedIsReplaced) {
  script_.states = {"JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_DONE"};
  KlayBeamProgram program(Launch());
  program.WaitForError("the job is JOB_STATE_PENDING");
  google_.tokens().Revoke();
  const ProgramResult result = program.Wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(google_.tokens().given(), 2);
}

TEST_F(Submission, TwoJobsOfOneNameAreRefused) {
  script_.states = {"JOB_STATE_RUNNING"};
  KlayBeamProgram first(Launch());
  first.WaitForError("the job is JOB_STATE_RUNNING");
  const ProgramResult second = Run();
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err,
              AllOf(HasSubstr("There is already an active job named count-1"),
                    HasSubstr("a job of the --job_name count-1 runs already (https://console.cloud.google"),
                    HasSubstr("give another one, or wait for its end")));
  EXPECT_EQ(google_.created().size(), 1U);
}

TEST_F(Submission, ALostAnswerMakesNoSecondJob) {
  script_.states = {"JOB_STATE_RUNNING", "JOB_STATE_RUNNING", "JOB_STATE_DONE"};
  google_.LoseAnAnswer();
  const ProgramResult result = Run();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(google_.created().size(), 1U);
  EXPECT_THAT(google_.asked(), Contains("POST jobs").Times(2));
}

TEST_F(Submission, TheJobOfAnotherRequestIsNotTakenForItsOwn) {
  google_.AnswerAs("20260101000000000000-1234");
  const ProgramResult result = Run();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("a job of the --job_name count-1 runs already"));
}

TEST_F(Submission, TwoJobsAtOnce) {
  script_.states = {"JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_DONE"};
  KlayBeamProgram one(Launch({"--sdk_location=default"}, "count-1"));
  KlayBeamProgram two(Launch({"--sdk_location=default"}, "count-2"));
  for (KlayBeamProgram* const program : {&one, &two}) {
    const ProgramResult result = program->Wait();
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
  EXPECT_EQ(google_.created().size(), 2U);
}

TEST_F(Submission, ALargeProgramIsSentOnce) {
  folder_.File("program", Noise());
  std::filesystem::permissions(folder_ / "program", std::filesystem::perms::owner_all);
  for (const int run : {1, 2}) {
    const auto begin = std::chrono::steady_clock::now();
    KlayBeamProgram program(Launch({"--sdk_location=" + (folder_ / "program")}, "count-" + std::to_string(run)));
    program.WaitForError("https://console.cloud.google.com/dataflow/jobs/");
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
    RecordProperty("milliseconds_to_job_" + std::to_string(run), std::to_string(time.count()));
    EXPECT_EQ(program.Wait().exit_code, 0);
    const std::vector<std::string> uploaded = google_.storage().Uploaded();
    EXPECT_THAT(uploaded, Contains(EndsWith("/worker")).Times(1)) << run;
    // Each job has a pipeline of its own.
    EXPECT_THAT(uploaded, Contains(EndsWith("/pipeline.pb")).Times(run));
    EXPECT_EQ(uploaded.size(), 1U + static_cast<std::size_t>(run));
  }
}

TEST_F(Submission, AnUploadGoesOnWhereItWasCut) {
  const std::string bytes = Noise();
  folder_.File("model.bin", bytes);
  google_.storage().SetTroubles(
      {{.takes = 10'000'000, .status = 503}, {.takes = 256 << 10}, {.takes = 0, .status = 500}});
  const ProgramResult result = Run({"--files_to_stage=" + (folder_ / "model.bin")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto sent = google_.storage().Below("bucket/temp/");
  const auto model =
      std::find_if(sent.begin(), sent.end(), [](const auto& file) { return file.first.ends_with("/model.bin"); });
  ASSERT_NE(model, sent.end());
  EXPECT_TRUE(model->second == bytes);
}

TEST_F(Submission, IsNotFollowedWhereNobodyWaits) {
  script_.states = {"JOB_STATE_RUNNING"};
  std::vector<std::string> asked;
  for (const char* const flag : {"--no_wait_until_finish", "--async", "--execute_async"}) {
    asked.emplace_back("POST jobs");
    const ProgramResult result = RunKlayBeam(Launch({flag}, "count-" + std::to_string(asked.size())));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(google_.asked(), asked) << flag;
    EXPECT_THAT(result.out, Not(HasSubstr(" files"))) << flag;
  }
}

TEST_F(Submission, ATemplateIsARequestThatIsKept) {
  const ProgramResult result =
      Run({"--template_location=gs://bucket/templates/count", "--dataflow_job_file=" + (folder_ / "job.json")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(google_.asked(), IsEmpty());
  const std::string request = ReadFile(folder_ / "job.json");
  EXPECT_EQ(google_.storage().Get("bucket/templates/count"), request);
}

TEST_F(Submission, ADryRunSendsNothing) {
  for (const char* const command : {"run-example", "transcode"}) {
    std::vector<std::string> arguments = {command, "--sdk_location=container", "--dry_run",
                                          "--dataflow_job_file=" + (folder_ / "job.json")};
    for (const std::string& flag : google_.Flags("count-1")) arguments.push_back(flag);
    if (command == std::string("transcode")) {
      arguments.insert(arguments.end(),
                       {"--src_dir=gs://music/in", "--target_dir=gs://music/out", "--audio_suffix=.mp3",
                        "--target_audio_suffix=.wav"});
    } else {
      arguments.insert(arguments.end(), {"--source_audio_path=gs://music/in", "--source_audio_suffix=.mp3"});
    }
    setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:1", 1);
    setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json", 1);
    arguments.push_back("--dump_pipeline=" + (folder_ / "dry.textproto"));
    const ProgramResult result = RunKlayBeam(arguments);
    EXPECT_EQ(result.exit_code, 0) << command << ": " << result.err;
    EXPECT_EQ(Json::parse(ReadFile(folder_ / "job.json")).at("name"), "count-1") << command;
    // Of the run itself, not of a run that only says what would be done.
    EXPECT_THAT(ReadFile(folder_ / "dry.textproto"), Not(HasSubstr("Log Plan"))) << command;
  }
  EXPECT_THAT(google_.asked(), IsEmpty());
  EXPECT_THAT(google_.storage().Uploaded(), IsEmpty());
  EXPECT_EQ(google_.tokens().given(), 0);
}

}  // namespace
}  // namespace klay
