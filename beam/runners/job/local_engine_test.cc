#include "beam/runners/job/local_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "beam/base/cancel.h"
#include "beam/base/error.h"

namespace beam {
namespace {

using std::chrono::milliseconds;
using testing::StartsWith;

constexpr const char* kListen =
    "import os, signal, socket, sys\n"
    "s = socket.socket(); s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen()\n"
    "open(sys.argv[2], 'w').write(str(os.getpid()) + '\\n')\n"
    "signal.pause()\n";

class LocalEngineTest : public testing::Test {
 protected:
  LocalEngineTest() : pid_file_(testing::TempDir() + "local_engine_test_" + std::to_string(getpid())) {}
  ~LocalEngineTest() override {
    unlink(pid_file_.c_str());
    ResetCancel();
  }

  LocalEngineProgram Listening(const std::string& prologue = "") const {
    return {.name = "Fake",
            .how_to_install = "install it",
            .program = "python3",
            .flags = {"-c", prologue + kListen, "{port}", pid_file_}};
  }
  static LocalEngineProgram Shell(const std::string& script) {
    return {.name = "Fake", .how_to_install = "install it", .program = "sh", .flags = {"-c", script}};
  }

  // The engine's process, which has written its id by the time that it can be connected to, or just after.
  pid_t EnginePid() const {
    for (;;) {
      std::ifstream file(pid_file_);
      std::string line;
      if (std::getline(file, line) && file.peek() == std::char_traits<char>::eof() && !file.bad())
        return std::stoi(line);
      std::this_thread::sleep_for(milliseconds(5));
    }
  }

  static std::string WhyNot(const LocalEngineProgram& program, milliseconds timeout = std::chrono::seconds(60)) {
    try {
      const LocalEngine engine(program, timeout);
      return "it runs at " + engine.endpoint();
    } catch (const UsageError& error) {
      return std::string("usage: ") + error.what();
    } catch (const Cancelled&) {
      return "cancelled";
    } catch (const Error& error) {
      return error.what();
    }
  }

  const std::string pid_file_;
};

// A process that has ended but that nobody has asked about is still listed, in state Z.
bool Lives(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  return std::getline(file, stat) && stat.find(") Z ") == std::string::npos;
}

TEST_F(LocalEngineTest, RunsAsLongAsItsOwner) {
  pid_t pid = 0;
  {
    const LocalEngine engine(Listening());
    EXPECT_THAT(engine.endpoint(), StartsWith("localhost:"));
    pid = EnginePid();
    EXPECT_TRUE(Lives(pid));
  }
  EXPECT_FALSE(Lives(pid));
}

TEST_F(LocalEngineTest, OneThatDoesNotListenToRequestsIsEnded) {
  pid_t pid = 0;
  {
    const LocalEngine engine(Listening("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"));
    pid = EnginePid();
  }
  EXPECT_FALSE(Lives(pid));
}

TEST_F(LocalEngineTest, DoesNotOutliveAKilledOwner) {
  const pid_t owner = fork();
  if (owner == 0) {
    const LocalEngine engine(Listening());
    for (;;) pause();
  }
  const pid_t pid = EnginePid();
  kill(owner, SIGKILL);
  waitpid(owner, nullptr, 0);
  // Its end is seen to by another process, in its own time.
  while (Lives(pid)) std::this_thread::sleep_for(milliseconds(5));
}

TEST_F(LocalEngineTest, SaysWhyThereIsNone) {
  LocalEngineProgram missing = PrismProgram();
  missing.program = "a program of nobody";
  EXPECT_THAT(WhyNot(missing),
              StartsWith("usage: Prism is not installed, as there is no program 'a program of nobody': "
                         "install it by 'go install "));
  missing.program = "/tmp";
  EXPECT_THAT(WhyNot(missing), StartsWith("usage: Prism is not installed, as there is no program '/tmp': "));
  EXPECT_EQ(WhyNot(Shell("echo starting; echo no licence >&2; exit 3")), "Fake ended before it was ready: no licence");
  EXPECT_EQ(WhyNot(Shell("exit 3")), "Fake ended before it was ready, and said nothing");
  EXPECT_EQ(WhyNot(Shell("echo waiting; exec sleep 1000"), milliseconds(500)),
            "Fake was not ready within 0.5 s: waiting");
}

TEST_F(LocalEngineTest, StartingStopsWhenTheRunIsToStop) {
  std::thread user([] {
    std::this_thread::sleep_for(milliseconds(50));
    RequestCancel();
  });
  EXPECT_EQ(WhyNot(Shell("exec sleep 1000")), "cancelled");
  user.join();
}

}  // namespace
}  // namespace beam
