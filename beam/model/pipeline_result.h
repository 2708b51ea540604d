// PipelineResult: a pipeline that runs, or has run. Thread-safe.
#pragma once

#include <chrono>
#include <string>

#include "beam/model/metrics.h"

namespace beam {

// kDetached is an end, too: nobody here knows more of the run, as it was only handed over, or only looked at.
enum class PipelineState { kRunning, kDone, kFailed, kCancelled, kDetached };

class PipelineResult {
 public:
  // Cancels what still runs, and waits for it.
  virtual ~PipelineResult() = default;

  virtual PipelineState state() const = 0;
  // Waits for the end, at most `timeout`. Returns the state then.
  virtual PipelineState WaitUntilFinish(std::chrono::milliseconds timeout = std::chrono::milliseconds::max()) = 0;
  // Asks for the end; returns at once. Steps that are in the middle of an element may finish it first.
  virtual void Cancel() = 0;
  // Why it failed, in one sentence with the step's name; empty unless the state is kFailed.
  virtual std::string error() const = 0;
  // What is known by now; complete once the state is a final one. Only bundles that succeeded count.
  virtual MetricResults metrics() const = 0;
};

}  // namespace beam
