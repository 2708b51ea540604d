// WatchedResult: a run that happens elsewhere, as far as a thread that watches over it has told. What the members of
// PipelineResult need is kept here; the watcher, which the derived class has, writes it under mutex_ and says so by
// changed_. The derived class ends the watcher in its destructor.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

#include "beam/model/pipeline_result.h"

namespace beam {

class WatchedResult : public PipelineResult {
 public:
  PipelineState state() const override;
  PipelineState WaitUntilFinish(std::chrono::milliseconds timeout) override;
  void Cancel() override;
  std::string error() const override;
  MetricResults metrics() const override;

 protected:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  PipelineState state_ = PipelineState::kRunning;
  bool cancel_asked_ = false;  // for the watcher to see
  std::string error_;
  MetricResults metrics_;
};

}  // namespace beam
