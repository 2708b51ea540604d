// Progress: how far a job is. On a terminal, one line at the bottom of standard error that is redrawn in place, with
// log lines scrolling above it; elsewhere, a log line now and then.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "beam/base/log.h"
#include "klay/cli/outcome.h"

namespace klay {

// "120 of 5678 files, 412x real time, 3 failed, 1:23 left"
std::string ProgressText(const Outcome& outcome);

// While it lives it is the sink of log lines where standard error is a terminal. Show() from one thread.
class Progress {
 public:
  // With `quiet`, nothing is shown.
  explicit Progress(bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Show(const Outcome& outcome);
  // Takes the line away.
  void Clear();

 private:
  void Draw();

  const bool quiet_;
  const bool on_terminal_;
  std::chrono::steady_clock::time_point next_log_;
  std::mutex mutex_;
  std::string line_;  // what the terminal shows; guarded by mutex_, as log lines come from all threads
};

}  // namespace klay
