// ChildProcess: a program that this one starts, and that never outlives it, however it ends.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace beam {

struct ChildEnd {
  bool is_success;  // with exit code 0
  std::string how;  // "with exit code 3", "by signal 9 (Killed)"
};

// Thread-safe, but for construction and destruction.
class ChildProcess {
 public:
  struct Setup {
    std::string file;                    // its path
    std::vector<std::string> arguments;  // from argv[0] on
    int output = -1;                     // where its standard output and error go; -1: to those of this process
    // Called by another thread when it has ended otherwise than by Stop().
    std::function<void(const ChildEnd& end)> ended = {};
  };

  // It reads from /dev/null, and is out of reach of the terminal's Ctrl-C. Throws Error if it cannot be started.
  explicit ChildProcess(Setup setup);
  // Stops it at once.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  bool HasEnded() const;

  // Asks it to end (SIGTERM), makes it end (SIGKILL) when it has not within `patience`, and waits until it has.
  void Stop(std::chrono::milliseconds patience);

 private:
  void Run(const Setup& setup);
  int Start(const Setup& setup);
  void WaitForEnd(const Setup& setup);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool is_started_ = false;  // or cannot be
  int start_error_ = 0;
  pid_t pid_ = -1;  // -1: it does not run
  bool is_stopped_ = false;
  std::thread thread_;  // starts it, waits for it and lives as long: the system ends it with this thread
};

}  // namespace beam
