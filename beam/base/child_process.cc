#include "beam/base/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "beam/base/error.h"

namespace beam {
namespace {

ChildEnd EndOf(int status) {
  if (WIFEXITED(status)) {
    return {.is_success = WEXITSTATUS(status) == 0, .how = "with exit code " + std::to_string(WEXITSTATUS(status))};
  }
  const int signal = WTERMSIG(status);
  return {.is_success = false, .how = "by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")"};
}

// In the child. Only what is safe after a fork in a program with threads.
[[noreturn]] void Become(const char* file, char* const* argv, int input, int output, int trouble, pid_t parent) {
  // Ctrl-C in the terminal is for this program, which then tells the child; but the child never outlives it.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(input, STDIN_FILENO);
  if (output >= 0) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
  }
  execv(file, argv);
  const int error = errno;
  static_cast<void>(write(trouble, &error, sizeof error));
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(Setup setup) {
  const std::string file = setup.file;
  thread_ = std::thread([this, setup = std::move(setup)] { Run(setup); });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_started_; });
  if (start_error_ == 0) return;
  lock.unlock();
  thread_.join();
  throw Error("cannot start " + file + ": " + std::strerror(start_error_));
}

ChildProcess::~ChildProcess() {
  Stop(std::chrono::milliseconds(0));
  thread_.join();
}

bool ChildProcess::HasEnded() const {
  const std::lock_guard lock(mutex_);
  return pid_ < 0;
}

void ChildProcess::Stop(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  is_stopped_ = true;
  const auto has_ended = [this] { return pid_ < 0; };
  if (has_ended()) return;
  kill(pid_, SIGTERM);
  if (changed_.wait_for(lock, patience, has_ended)) return;
  kill(pid_, SIGKILL);
  changed_.wait(lock, has_ended);
}

void ChildProcess::Run(const Setup& setup) {
  const int error = Start(setup);
  {
    const std::lock_guard lock(mutex_);
    is_started_ = true;
    start_error_ = error;
    changed_.notify_all();
  }
  if (error == 0) WaitForEnd(setup);
}

// Returns 0, or why it could not be started.
int ChildProcess::Start(const Setup& setup) {
  std::vector<std::string> arguments = setup.arguments;
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int trouble[2];  // closed by the program's start, else written to
  if (pipe2(trouble, O_CLOEXEC) != 0) return errno;
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(setup.file.c_str(), argv.data(), null, setup.output, trouble[1], parent);
  int error = pid < 0 ? errno : 0;
  close(null);
  close(trouble[1]);
  if (pid > 0 && read(trouble[0], &error, sizeof error) > 0) waitpid(pid, nullptr, 0);
  close(trouble[0]);
  const std::lock_guard lock(mutex_);
  if (error == 0) pid_ = pid;
  return error;
}

void ChildProcess::WaitForEnd(const Setup& setup) {
  siginfo_t info;
  // It stays a zombie until the lock is held: nobody sends a signal to a number that may be another's by then.
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  bool by_itself = false;
  int status = 0;
  {
    const std::lock_guard lock(mutex_);
    waitpid(pid_, &status, 0);
    pid_ = -1;
    by_itself = !is_stopped_;
    changed_.notify_all();
  }
  if (by_itself && setup.ended) setup.ended(EndOf(status));
}

}  // namespace beam
