// klay-beam and the world around it: Ctrl-C, terminals, pipes that close or fill up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/klay_beam_program.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using testing::ContainsRegex;
using testing::HasSubstr;

std::vector<std::string> RunOver(const std::string& folder) {
  return {"run-example", "--source_audio_path", folder, "--source_audio_suffix", ".mp3"};
}

// Many links to one piece of music: hours of work for hardly any disk.
void FillWithMusic(const TestFolder& folder, int files) {
  const std::string music = std::string(std::getenv("TEST_FIXTURES_DIR")) + "/music/ok-12s.mp3";
  for (int i = 0; i < files; ++i) folder.Link(std::to_string(i) + ".mp3", music);
}

TEST(StreamsTest, CtrlCStopsInTheMiddleAndSaysWhatWasDone) {
  const TestFolder folder;
  FillWithMusic(folder, 3000);
  for (const int signal : {SIGINT, SIGTERM}) {
    KlayBeamProgram program(RunOver(folder.path()));
    program.WaitForOutput("--log_level");
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    program.Send(signal);
    const ProgramResult result = program.Wait();
    EXPECT_EQ(result.exit_code, 128 + signal) << result.err;
    EXPECT_THAT(result.out, ContainsRegex("not finished; of [0-9]+ files? found so far: [0-9]+ done, 0 failed"));
    EXPECT_THAT(result.out, HasSubstr("duration: "));
  }
}

// The thread sanitizer holds signals back while a thread is in write(2), so that this cannot work there.
#ifndef __SANITIZE_THREAD__
// Nobody reads the log: all threads are stuck in writing it, also the one that would say what was done.
TEST(StreamsTest, CtrlCStopsAProgramWhoseLogIsStuck) {
  const TestFolder folder;
  for (int i = 0; i < 2000; ++i) folder.File(std::to_string(i) + ".mp3", "no music");
  int log[2];
  ASSERT_EQ(pipe(log), 0);
  KlayBeamProgram program(RunOver(folder.path()), {.standard_error = log[1]});
  program.WaitForOutput("--log_level");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  program.Send(SIGINT);
  EXPECT_EQ(program.Wait().exit_code, 130);
  close(log[0]);
  close(log[1]);
}
#endif

TEST(StreamsTest, AReaderThatLeavesDoesNotEndTheJob) {
  const TestFolder folder;
  FillWithMusic(folder, 20);
  int out[2];
  ASSERT_EQ(pipe(out), 0);
  KlayBeamProgram program(RunOver(folder.path()), {.standard_output = out[1]});
  close(out[0]);
  close(out[1]);
  const ProgramResult result = program.Wait();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("files loaded: 20"));
}

TEST(StreamsTest, ClosedOutputGoesToNoFile) {
  const TestFolder folder;
  FillWithMusic(folder, 2);
  std::vector<std::string> arguments = RunOver(folder.path());
  arguments.insert(arguments.end(), {"--metrics_json", folder / "m.json"});
  EXPECT_EQ(RunKlayBeam(arguments, {.close_output = true}).exit_code, 0);
  std::ifstream metrics(folder / "m.json");
  EXPECT_EQ(metrics.get(), '{');
}

TEST(StreamsTest, OutputThatCannotBeWrittenIsAnError) {
  const TestFolder folder;
  FillWithMusic(folder, 1);
  std::FILE* const full = std::fopen("/dev/full", "w");
  ASSERT_NE(full, nullptr);
  const ProgramResult result = RunKlayBeam(RunOver(folder.path()), {.standard_output = fileno(full)});
  std::fclose(full);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("cannot write to standard output: No space left on device"));
}

TEST(StreamsTest, ATerminalShowsProgressInOneLineAndLogLinesAboveIt) {
  const TestFolder folder;
  FillWithMusic(folder, 300);
  folder.File("letter.mp3", "no music");
  int terminal = -1;
  int program_side = -1;
  ASSERT_EQ(openpty(&terminal, &program_side, nullptr, nullptr, nullptr), 0);
  setenv("TERM", "xterm", 1);
  KlayBeamProgram program(RunOver(folder.path()), {.standard_error = program_side});
  close(program_side);
  std::string shown;
  char block[4096];
  for (ssize_t got = 0; (got = read(terminal, block, sizeof block)) > 0;)
    shown.append(block, static_cast<std::size_t>(got));
  close(terminal);
  EXPECT_EQ(program.Wait().exit_code, 3);
  EXPECT_THAT(shown, ContainsRegex("[0-9]+ of 301 files, [0-9]+x real time, [01] failed, [0-9]+:[0-9][0-9] left"));
  EXPECT_THAT(shown, HasSubstr("letter.mp3: not audio"));
  // A progress line never ends in a line end: it is erased, and drawn again.
  EXPECT_EQ(shown.find(" left\r\n"), std::string::npos);
}

TEST(StreamsTest, QuietShowsOnlyWarningsAndTheSummary) {
  const TestFolder folder;
  FillWithMusic(folder, 1);
  std::vector<std::string> arguments = RunOver(folder.path());
  arguments.push_back("--quiet");
  const ProgramResult result = RunKlayBeam(arguments);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_TRUE(result.out.starts_with("1 file: 1 done, 0 failed\n")) << result.out;
}

}  // namespace
}  // namespace klay
