// Ctrl-C: how a program that runs a pipeline stops, within two seconds in every case.
//
//   const InterruptScope interrupts;
//   const auto result = Run(pipeline, options);
//   WaitForEnd(*result, {.give_up = [&] { PrintWhatWasDone(); }});
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "beam/model/pipeline_result.h"

namespace beam {

// While it lives, the first SIGINT (Ctrl-C) or SIGTERM asks the run to stop by RequestCancel(); a second one ends the
// process at once, and so do two seconds during which nothing else did, whatever its threads wait for. SIGPIPE and
// SIGXFSZ are ignored, so that `program | head` does not end a job in the middle, and a file that is larger than the
// user may write (ulimit -f) is an error of that file alone. One at a time; it begins without a request to stop.
class InterruptScope {
 public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  // Until the scope ends: the first SIGINT only writes `question` to standard error, as a run elsewhere can go on
  // without this process. The second one asks the run to stop, which may then take `patience` instead of two seconds.
  static void AskFirst(const std::string& question, std::chrono::seconds patience);

  // The signal that came since the last scope began, or 0. That at which a question was asked does not count.
  static int Signal();
};

struct WaitOptions {
  // Called every `interval` while the pipeline runs, in the thread that waits.
  std::function<void()> tick = {};
  std::chrono::milliseconds interval{100};
  // Called if the run has not ended half a second before the process will be, as a step is stuck in the middle of an
  // element; when it returns the process ends, without destructors, with exit code 128 + signal.
  std::function<void()> give_up = {};
};

// Waits for the end of a pipeline. Returns its final state.
PipelineState WaitForEnd(PipelineResult& result, const WaitOptions& options = {});

}  // namespace beam
