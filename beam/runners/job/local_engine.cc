#include "beam/runners/job/local_engine.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <thread>

#include "beam/base/cancel.h"
#include "beam/base/environment.h"
#include "beam/base/error.h"
#include "beam/base/loopback.h"
#include "beam/io/unique_fd.h"
#include "beam/runners/job/job_options.h"

namespace beam {
namespace {

using internal::Environment;

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kPollTime{20};
// An engine that does not end when asked to is ended.
constexpr milliseconds kStopTime{2000};

internal::UniqueFd Socket() {
  internal::UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) throw Error(std::string("cannot make a socket: ") + std::strerror(errno));
  return fd;
}

// One that nobody listens on now, nor is given by the system before the engine is there, for engines cannot be told to
// choose one and say which: a connection to it, ended by its own side, keeps it in TIME_WAIT for a minute, where only
// those who name it may take it (RFC 9293, section 3.6.1; SO_REUSEADDR, which all servers set).
std::uint16_t FreePort() {
  const internal::UniqueFd listener = Socket();
  const int reuse = 1;
  sockaddr_in address = LoopbackAddress();
  socklen_t size = sizeof address;
  if (setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse) != 0
      || bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) != 0
      || getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0
      || listen(listener.get(), 1) != 0) {
    throw Error(std::string("cannot find a free port: ") + std::strerror(errno));
  }
  const internal::UniqueFd client = Socket();
  if (connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw Error(std::string("cannot keep a port free: ") + std::strerror(errno));
  }
  // Closed before the client: whose end is the first has the TIME_WAIT.
  const internal::UniqueFd accepted(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!accepted.valid()) throw Error(std::string("cannot keep a port free: ") + std::strerror(errno));
  return ntohs(address.sin_port);
}

bool Accepts(std::uint16_t port) {
  const internal::UniqueFd fd = Socket();
  const sockaddr_in address = LoopbackAddress(port);
  return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool IsProgram(const std::string& path) {
  struct stat status{};
  return access(path.c_str(), X_OK) == 0 && stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// The file that a shell would run, or an empty text.
std::string FindProgram(const std::string& program) {
  if (program.find('/') != std::string::npos) return IsProgram(program) ? program : "";
  const char* path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "" : path;
  while (!folders.empty()) {
    const std::size_t end = folders.find(':');
    std::string file = std::string(folders.substr(0, end)) + "/" + program;
    if (IsProgram(file)) return file;
    folders.remove_prefix(end == std::string_view::npos ? folders.size() : end + 1);
  }
  return "";
}

void ReplaceAll(std::string& text, std::string_view what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

// What the job servers reach by reflection, which Java 17 does not let them otherwise.
constexpr const char* kOpenedPackages[] = {"java.lang",
                                           "java.lang.invoke",
                                           "java.lang.reflect",
                                           "java.io",
                                           "java.net",
                                           "java.nio",
                                           "java.text",
                                           "java.time",
                                           "java.util",
                                           "sun.nio.ch",
                                           "sun.nio.cs",
                                           "sun.security.action",
                                           "sun.util.calendar",
                                           "java.util.concurrent",
                                           "java.util.concurrent.atomic"};

// The file of that folder whose name has both of these, and of several the last by name; or an empty text.
std::string LastFile(const std::filesystem::path& folder, std::string_view begin, std::string_view part) {
  std::string last;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(begin) && name.find(part) != std::string::npos) last = std::max(last, name);
  }
  return last.empty() ? "" : folder / last;
}

// A job server of Beam's, which is a jar.
struct JobServer {
  std::string name;      // Flink
  std::string flag;      // of the jar's path: flink_job_server_jar
  std::string variable;  // likewise: FLINK_JOB_SERVER_JAR
  std::string artifact;  // in Maven, where there is one for each version of the engine: beam-runners-flink-
  std::vector<std::string> java_flags;
  std::string master;
};

std::string JarOf(const JobServer& server, const std::string& path) {
  std::string jar = path.empty() ? Environment(server.variable.c_str()) : path;
  if (jar.empty())
    jar =
        LastFile(std::filesystem::path(Environment("HOME")) / ".apache_beam/cache/jars", server.artifact, "job-server");
  if (jar.empty()) {
    throw UsageError("--runner " + server.name + " needs --job_endpoint, HOST:PORT of the engine's job service, or --"
                     + server.flag + " (or $" + server.variable + "), the path of Beam's job server for " + server.name
                     + " (" + server.artifact + "*-job-server in Maven), which is then started");
  }
  if (access(jar.c_str(), R_OK) != 0) {
    throw UsageError((path.empty() ? "$" + server.variable : "--" + server.flag) + " '" + jar + "' cannot be read: "
                     + std::strerror(errno) + "; it is the path of Beam's job server for " + server.name);
  }
  return jar;
}

LocalEngineProgram JavaProgram(const JobServer& server, const std::string& path) {
  const std::string jar = JarOf(server, path);
  LocalEngineProgram program{
      .name = server.name,
      .how_to_install =
          "install Java (openjdk-17-jre-headless in Debian), or name a job service that runs by --job_endpoint",
      .program = "java",
      .flags = server.java_flags};
  for (const char* const package : kOpenedPackages) {
    program.flags.push_back(std::string("--add-opens=java.base/") + package + "=ALL-UNNAMED");
  }
  program.flags.insert(program.flags.end(),
                       {"-jar", jar, server.master, "--job-host=localhost", "--job-port={port}", "--artifact-port=0",
                        "--expansion-port=-1"});
  return program;
}

}  // namespace

LocalEngineProgram PrismProgram() {
  const std::string named = Environment("PRISM");
  return {.name = "Prism",
          .how_to_install =
              "install it by 'go install github.com/apache/beam/sdks/v2/go/cmd/prism@latest' and put it into "
              "$PATH, name it in $PRISM, or name a job service that runs by --job_endpoint",
          .program = named.empty() ? "prism" : named,
          .flags = {"-job_port={port}", "-web_port={other port}", "-log_kind=text", "-log_level=warn"},
          .trouble = {"process failed to start", "process failed while running"}};
}

LocalEngineProgram FlinkProgram(const std::string& job_server_jar) {
  return JavaProgram({.name = "Flink",
                      .flag = "flink_job_server_jar",
                      .variable = "FLINK_JOB_SERVER_JAR",
                      .artifact = "beam-runners-flink-",
                      .java_flags = {},
                      .master = "--flink-master=[local]"},
                     job_server_jar);
}

LocalEngineProgram SparkProgram(const std::string& job_server_jar) {
  // Spark would listen at the address of the host's name, for all the network.
  return JavaProgram({.name = "Spark",
                      .flag = "spark_job_server_jar",
                      .variable = "SPARK_JOB_SERVER_JAR",
                      .artifact = "beam-runners-spark-",
                      .java_flags = {"-Dspark.ui.enabled=false", "-Dspark.driver.host=127.0.0.1",
                                     "-Dspark.driver.bindAddress=127.0.0.1"},
                      .master = "--spark-master-url=local[*]"},
                     job_server_jar);
}

LocalEngine::LocalEngine(const LocalEngineProgram& program, milliseconds timeout)
    : name_(program.name), trouble_(program.trouble), log_(memfd_create("engine log", MFD_CLOEXEC)) {
  const std::string file = FindProgram(program.program);
  if (file.empty()) {
    throw UsageError(program.name + " cannot be started, as there is no program '" + program.program
                     + "': " + program.how_to_install);
  }
  const std::uint16_t port = FreePort();
  const std::uint16_t other_port = FreePort();
  std::vector<std::string> arguments = {program.program};
  for (std::string flag : program.flags) {
    ReplaceAll(flag, "{other port}", std::to_string(other_port));
    ReplaceAll(flag, "{port}", std::to_string(port));
    arguments.push_back(std::move(flag));
  }
  if (!log_.valid()) throw Error(std::string("cannot make room for an engine's log: ") + std::strerror(errno));
  process_ = std::make_unique<ChildProcess>(
      ChildProcess::Setup{.file = file, .arguments = std::move(arguments), .output = log_.get()});
  WaitUntilReady(program.name, port, timeout);
  endpoint_ = "localhost:" + std::to_string(port);
}

LocalEngine::~LocalEngine() {
  if (process_ != nullptr) process_->Stop(kStopTime);
}

void LocalEngine::WaitUntilReady(const std::string& name, std::uint16_t port, milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (!Accepts(port)) {
    ThrowIfCancelled();
    if (process_->HasEnded()) throw Error(name + " ended before it was ready" + LastWords());
    if (Clock::now() >= deadline) throw Error(name + " was not ready within " + SecondsText(timeout) + LastWords());
    std::this_thread::sleep_for(kPollTime);
  }
}

std::string LocalEngine::Trouble() const {
  std::string text;
  char block[4096];
  for (ssize_t got = 0; (got = pread(log_.get(), block, sizeof block, static_cast<off_t>(text.size()))) > 0;) {
    text.append(block, static_cast<std::size_t>(got));
  }
  std::istringstream lines(text);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    const auto says = [&](const std::string& trouble) { return line.find(trouble) != std::string::npos; };
    if (std::any_of(trouble_.begin(), trouble_.end(), says)) last = line.substr(line.find("msg=") + 4);
  }
  return last.empty() ? "" : "a worker does not run, and " + name_ + " waits for it: " + last;
}

// The last line that the engine printed, as the end of a sentence.
std::string LocalEngine::LastWords() const {
  char text[1000];
  const off_t size = lseek(log_.get(), 0, SEEK_END);
  const ssize_t read = pread(log_.get(), text, sizeof text, std::max<off_t>(0, size - static_cast<off_t>(sizeof text)));
  std::string_view words(text, static_cast<std::size_t>(std::max<ssize_t>(0, read)));
  while (words.ends_with('\n')) words.remove_suffix(1);
  if (words.empty()) return ", and said nothing";
  return ": " + std::string(words.substr(words.rfind('\n') + 1));
}

}  // namespace beam
