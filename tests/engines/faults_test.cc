// What goes wrong on a real engine: programs that fail, processes that die, and what the user is told of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "beam/base/child_process.h"
#include "beam/io/test_files.h"
#include "beam/runners/job/local_engine.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/engines/engine.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using testing::AnyOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string("set ") + name);
  return value;
}

bool OnFlink() { return Variable("ENGINE") == "flink"; }
bool OnPrism() { return Variable("ENGINE") == "prism"; }

// A process that has ended but that nobody has asked about is still listed, in state Z.
bool Lives(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  return std::getline(file, stat) && stat.find(") Z ") == std::string::npos;
}

void WaitUntilEnded(pid_t pid) {
  while (Lives(pid)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

class FaultTest : public testing::Test {
 protected:
  // Starts the program that fails as it is told to, with workers of their own.
  KlayBeamProgram Start(const std::string& fault, std::vector<std::string> more = {},
                        const std::string& endpoint = EngineEndpoint()) const {
    more.insert(more.begin(),
                {"--folder", folder_.path(), "--fault", fault, "--runner", "Portable", "--job_endpoint", endpoint,
                 "--environment_type", "PROCESS", "--log_level", "warning"});
    return KlayBeamProgram(more, {.program = Variable("FAULT_PROGRAM")});
  }
  ProgramResult Run(const std::string& fault, const std::vector<std::string>& more = {}) const {
    return Start(fault, more).Wait();
  }

  // The process that holds an element.
  pid_t Worker() const {
    for (;;) {
      for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
        const std::string name = entry.path().filename();
        if (name.starts_with("worker.")) return std::stoi(name.substr(7));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  void LetGo() const { folder_.File("go"); }

  std::string Sums() const { return ReadFile(folder_ / "sums"); }

  // Of a run that failed any of the files may be there, but each is whole, and there is nothing else.
  void ExpectFilesWhole() const {
    if (!std::filesystem::exists(folder_ / "out/")) return;
    for (const auto& [name, bytes] : Contents(folder_ / "out/")) {
      EXPECT_TRUE(bytes == std::string(10'000, 'x')) << name << " has " << bytes.size() << " bytes";
      EXPECT_EQ(name.find_first_not_of("0123456789"), std::string::npos) << name;
    }
  }
  void ExpectAllFilesWhole() const {
    ExpectFilesWhole();
    EXPECT_EQ(Contents(folder_ / "out/").size(), 100U);
  }

  const TestFolder folder_;
};

TEST_F(FaultTest, NothingGoesWrong) {
  const ProgramResult result = Run("");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Sums(), "4950\n");
  ExpectAllFilesWhole();
}

TEST_F(FaultTest, FilesComeAlong) {
  folder_.File("here/staged.txt", "a staged line\n");
  const ProgramResult result = Run("file", {"--files_to_stage", folder_ / "here/staged.txt"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Sums(), "4950\na staged line\n");
}

TEST_F(FaultTest, WhatAStepRefusesIsOneSentence) {
  const ProgramResult result = Run("throw");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, StartsWith("fault_program: the run failed: step 'Work'"));
  EXPECT_THAT(result.err, HasSubstr("50"));
  EXPECT_THAT(result.err, EndsWith("fifty is one too many\n"));
  EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << result.err;
  ExpectFilesWhole();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "sums"));
}

// Prism sees the end of the worker's control stream in two ways at once: by one of them it fails the bundle, by the
// other it waits for it for ever.
TEST_F(FaultTest, AKilledWorkerLosesNothingWhereTheEngineTriesAgain) {
  KlayBeamProgram program = Start("wait", {"--job_timeout", OnPrism() ? "60" : "0"});
  const pid_t worker = Worker();
  kill(worker, SIGKILL);
  WaitUntilEnded(worker);
  LetGo();
  const ProgramResult result = program.Wait();
  if (OnFlink()) {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(Sums(), "4950\n");
    ExpectAllFilesWhole();
  } else {
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, StartsWith("fault_program: the run failed: "));
    EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << result.err;
    ExpectFilesWhole();
    EXPECT_FALSE(std::filesystem::exists(folder_ / "sums"));
  }
}

// Prism waits for it for ever, but where it was about to give it work, about which it panics.
TEST_F(FaultTest, AWorkerThatEndsAtOnceEndsTheJob) {
  const ProgramResult result = Run(
      "",
      {"--environment_config", "/bin/false", "--sdk_location", "container", "--job_timeout", OnPrism() ? "2" : "0"});
  EXPECT_EQ(result.exit_code, 1);
  if (OnPrism()) {
    EXPECT_THAT(result.err,
                AnyOf(HasSubstr("the job did not end within 2 s (--job_timeout), and was cancelled"),
                      HasSubstr("a worker ended before it took the work that Prism had for it")));
  } else {
    EXPECT_THAT(result.err, HasSubstr("Process died with exit code 1"));
  }
  EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << result.err;
}

TEST_F(FaultTest, AWorkerOfAnotherBuildIsRefusedUnlessTheProgramComesAlong) {
  const std::string other = Variable("KLAY_BEAM_PROGRAM");
  const ProgramResult result = Run("", {"--environment_config", other, "--sdk_location", "container"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("the pipeline was launched by build "));
  EXPECT_THAT(result.err, EndsWith("run the same build of the same program in both places\n"));
  EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << result.err;

  const ProgramResult with_program = Run("", {"--environment_config", other});
  EXPECT_EQ(with_program.exit_code, 0) << with_program.err;
  EXPECT_EQ(Sums(), "4950\n");
}

TEST_F(FaultTest, WorkersOfAPoolServeOneJobAfterTheOther) {
  KlayBeamProgram pool({"--worker_pool", "--port", "0"}, {.program = Variable("FAULT_PROGRAM")});
  const std::string said = pool.WaitForOutput("\n");
  const std::string address = said.substr(said.rfind(' ') + 1, said.rfind('\n') - said.rfind(' ') - 1);
  for (int i = 0; i < 2; ++i) {
    const ProgramResult result = Run("", {"--environment_type", "EXTERNAL", "--environment_config", address});
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
  EXPECT_EQ(Sums(), "4950\n4950\n");
  pool.Send(SIGTERM);
  EXPECT_EQ(pool.Wait().exit_code, 0);
}

TEST_F(FaultTest, LogLinesOfStepsReachTheEngine) {
  const ProgramResult result = Run("log");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::filesystem::path endpoint = Variable("ENGINE_ENDPOINT_FILE");
  EXPECT_THAT(ReadFile(endpoint.parent_path() / (Variable("ENGINE") + ".log")), HasSubstr("fifty has come"));
}

TEST_F(FaultTest, CtrlCStopsTheJobAndItsWorkers) {
  KlayBeamProgram program = Start("wait");
  const pid_t worker = Worker();
  program.Send(SIGINT);
  const ProgramResult result = program.Wait();
  EXPECT_EQ(result.exit_code, 128 + SIGINT) << result.err;
  EXPECT_THAT(result.err, HasSubstr("fault_program: stopped; done until then:\n"));
  // Flink and Spark within the job server forget a job that is cancelled, and run it to its end.
  if (!OnPrism()) LetGo();
  WaitUntilEnded(worker);
}

// Prism as a process of the test's own, which may be ended.
class OwnEngine : public FaultTest {
 protected:
  OwnEngine() : prism_(beam::PrismProgram()) {}

  void SendToPrism(int signal) const {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      std::ifstream children(task.path() / "children");
      for (pid_t child = 0; children >> child;) {
        if (ReadFile("/proc/" + std::to_string(child) + "/comm") == "prism\n") kill(child, signal);
      }
    }
  }

  const beam::LocalEngine prism_;
};

TEST_F(OwnEngine, OneThatIsKilledIsMissed) {
  KlayBeamProgram program = Start("wait", {}, prism_.endpoint());
  const pid_t worker = Worker();
  SendToPrism(SIGKILL);
  const ProgramResult result = program.Wait();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, StartsWith("fault_program: the run failed: the engine went away while the job ran: "));
  EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << result.err;
  LetGo();
  WaitUntilEnded(worker);
  ExpectFilesWhole();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "sums"));
}

// Of an engine that the program has started it knows more.
TEST_F(OwnEngine, WorkersThatDoNotRunAreSeenByWhoStartedIt) {
  for (const auto& [command, why] :
       {std::pair("/bin/false", "exit status 1"), {"/none", "no such file or directory"}}) {
    const ProgramResult result =
        KlayBeamProgram({"--folder", folder_.path(), "--runner", "Prism", "--environment_type", "PROCESS",
                         "--environment_config", command, "--sdk_location", "container", "--log_level", "warning"},
                        {.program = Variable("FAULT_PROGRAM")})
            .Wait();
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err,
                StartsWith("fault_program: the run failed: a worker does not run, and Prism waits for it: "));
    EXPECT_THAT(result.err, HasSubstr(why));
    EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << result.err;
  }
}

// One that does not answer holds the first Ctrl-C up, but not the second, which ends the program as the system does.
TEST_F(OwnEngine, ASecondCtrlCEndsAtOnce) {
  KlayBeamProgram program = Start("wait", {}, prism_.endpoint());
  Worker();
  SendToPrism(SIGSTOP);
  program.Send(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  program.Send(SIGINT);
  EXPECT_EQ(program.Wait().exit_code, -1000 - SIGINT);
  SendToPrism(SIGKILL);
  LetGo();
}

}  // namespace
}  // namespace klay
