#include "beam/runners/job/local_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/io/test_files.h"

namespace beam {
namespace {

using std::chrono::milliseconds;
using testing::StartsWith;

constexpr const char* kListen =
    "import os, signal, socket, sys\n"
    "s = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
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
              StartsWith("usage: Prism cannot be started, as there is no program 'a program of nobody': "
                         "install it by 'go install "));
  missing.program = "/tmp";
  EXPECT_THAT(WhyNot(missing), StartsWith("usage: Prism cannot be started, as there is no program '/tmp': "));
  EXPECT_EQ(WhyNot(Shell("echo starting; echo no licence >&2; exit 3")), "Fake ended before it was ready: no licence");
  EXPECT_EQ(WhyNot(Shell("exit 3")), "Fake ended before it was ready, and said nothing");
  EXPECT_EQ(WhyNot(Shell("echo waiting; exec sleep 1000"), milliseconds(500)),
            "Fake was not ready within 0.5 s: waiting");
}

// Sets a variable of the environment as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* const former = std::getenv(name)) former_ = former;
    setenv(name, value, 1);
  }
  ~Variable() {
    if (former_) {
      setenv(name_, former_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* const name_;
  std::optional<std::string> former_;
};

TEST_F(LocalEngineTest, PrismIsWhatIsNamedOrInThePath) {
  const Variable named("PRISM", "/none/prism");
  EXPECT_THAT(WhyNot(PrismProgram()),
              StartsWith("usage: Prism cannot be started, as there is no program '/none/prism': "));
  const Variable unnamed("PRISM", "");
  const Variable path("PATH", "/none:/tmp");
  EXPECT_THAT(WhyNot(PrismProgram()),
              StartsWith("usage: Prism cannot be started, as there is no program 'prism': install"));
}

TEST_F(LocalEngineTest, JobServersNeedJavaAndTheirJar) {
  const auto why_not = [](LocalEngineProgram (*program)(const std::string&), const std::string& jar) -> std::string {
    try {
      return WhyNot(program(jar));
    } catch (const UsageError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(
      why_not(&FlinkProgram, "/none.jar"),
      "--flink_job_server_jar '/none.jar' cannot be read: No such file or directory; it is the path of Beam's job "
      "server for Flink");
  EXPECT_THAT(why_not(&SparkProgram, "/none.jar"), StartsWith("--spark_job_server_jar '/none.jar' cannot be read: "));
  {
    const Variable home("HOME", "/none");
    const Variable unnamed("SPARK_JOB_SERVER_JAR", "");
    EXPECT_EQ(
        why_not(&SparkProgram, ""),
        "--runner Spark needs --job_endpoint, HOST:PORT of the engine's job service, or --spark_job_server_jar (or "
        "$SPARK_JOB_SERVER_JAR), the path of Beam's job server for Spark (beam-runners-spark-*-job-server in "
        "Maven), which is then started");
    const Variable named("FLINK_JOB_SERVER_JAR", "/none.jar");
    EXPECT_THAT(why_not(&FlinkProgram, ""), StartsWith("$FLINK_JOB_SERVER_JAR '/none.jar' cannot be read: "));
  }
  const Variable path("PATH", "/none");
  EXPECT_EQ(why_not(&SparkProgram, "/proc/self/exe"),
            "usage: Spark cannot be started, as there is no program 'java': install Java (openjdk-17-jre-headless in "
            "Debian), or name a job service that runs by --job_endpoint");
}

TEST_F(LocalEngineTest, TheJobServerThatThePythonSdkHasFetchedLast) {
  const testing_files::TestFolder home;
  const std::string jars = home / ".apache_beam/cache/jars/";
  for (const char* const jar :
       {"beam-runners-flink-1.18-job-server-2.62.0.jar", "beam-runners-flink-1.19-job-server-2.62.0.jar",
        "beam-runners-flink-1.20.txt", "beam-runners-spark-3-job-server-2.62.0.jar"}) {
    home.File(".apache_beam/cache/jars/" + std::string(jar));
  }
  const Variable in_home("HOME", home.path().c_str());
  const Variable unnamed("FLINK_JOB_SERVER_JAR", "");
  EXPECT_THAT(FlinkProgram("").flags, testing::Contains(jars + "beam-runners-flink-1.19-job-server-2.62.0.jar"));
}

TEST_F(LocalEngineTest, TellsOfWorkersThatDoNotRun) {
  LocalEngineProgram program = Listening("import sys; print('level=ERROR msg=worker 7 died', flush=True)\n");
  const LocalEngine quiet(program);
  EXPECT_EQ(quiet.Trouble(), "");
  unlink(pid_file_.c_str());
  program.trouble = {"died"};
  const LocalEngine engine(program);
  EXPECT_EQ(engine.Trouble(), "a worker does not run, and Fake waits for it: worker 7 died");
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
