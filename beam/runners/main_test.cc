#include "beam/runners/main.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "beam/base/error.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"

namespace beam {
namespace {

struct Options {
  Required<std::string, "what happens to the elements"> how;
};

void Build(Pipeline& p, const Options& options) {
  auto numbers = p | Create("Numbers", {1, 2, 3});
  if (options.how == "fine") numbers | ForEach("Look", [](int) {});
  if (options.how == "throw")
    numbers | ForEach("Break", [](int n) {
      if (n == 2) throw Error("two is one too many");
    });
  // What a codec does that has lost its way: it looks at nothing, and never ends.
  if (options.how == "hang")
    numbers | ForEach("Hang", [](int) {
      std::puts("hanging");
      std::fflush(stdout);
      for (;;) pause();
    });
  if (options.how == "mistake") throw UsageError("this pipeline makes no sense");
}

int RunMainWith(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "/usr/bin/program");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  return Main(static_cast<int>(argv.size()), argv.data(),
              [](Pipeline& p, const Options& options) { Build(p, options); });
}

TEST(MainTest, ExitCodesAndErrors) {
  struct Case {
    std::vector<std::string> arguments;
    int code;
    std::string error;
  };
  const Case cases[] = {
      {{"--how", "fine"}, 0, ""},
      {{"--how", "throw", "--direct_max_attempts=1"}, 1, "program: the run failed: "},
      {{"--how", "mistake"}, 2, "program: this pipeline makes no sense\n"},
      {{}, 2, "program: --how is missing: what happens to the elements; see program --help\n"},
      {{"--how", "fine", "--runner", "Portable"}, 2, "program: --runner Portable needs --job_endpoint"},
      {{"--how", "fine", "--machine_type", "n2"}, 0, "--runner Direct takes no notice of --machine_type\n"},
      {{"--how", "throw", "--dry_run"},
       2,
       "program: --dry_run is about the request of --runner Dataflow, and --runner Direct makes none: give --runner "
       "Dataflow, or leave it out\n"},
      {{"--how", "fine", "--setup_file", "x"}, 2, "program: --setup_file is of Python packages"},
  };
  for (const Case& c : cases) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(RunMainWith(c.arguments), c.code) << testing::PrintToString(c.arguments);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr(c.error));
  }
}

TEST(MainTest, AFailedRunNamesTheStep) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(RunMainWith({"--how", "throw", "--direct_max_attempts", "1"}), 1);
  const std::string error = testing::internal::GetCapturedStderr();
  EXPECT_THAT(error, testing::HasSubstr("Break"));
  EXPECT_THAT(error, testing::HasSubstr("two is one too many"));
}

TEST(MainTest, ABuilderWithoutOptionsHasThoseOfEveryPipeline) {
  std::string program = "program";
  std::string help = "--help";
  char* argv[] = {program.data(), help.data()};
  testing::internal::CaptureStdout();
  EXPECT_EQ(Main(2, argv, [](Pipeline&) { ADD_FAILURE() << "help builds nothing"; }), 0);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), testing::HasSubstr("--direct_num_workers NUMBER"));
}

// Without the end by force this test would never end.
TEST(MainTest, ASignalEndsAProgramWhoseStepsDoNotListen) {
  for (const int signal : {SIGINT, SIGTERM}) {
    int out[2];
    ASSERT_EQ(pipe(out), 0);
    const pid_t child = fork();
    if (child == 0) {
      dup2(out[1], STDOUT_FILENO);
      dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
      _exit(RunMainWith({"--how", "hang"}));
    }
    close(out[1]);
    char c = 0;
    ASSERT_EQ(read(out[0], &c, 1), 1);
    kill(child, signal);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 128 + signal);
    close(out[0]);
  }
}

}  // namespace
}  // namespace beam
