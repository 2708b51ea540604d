#include "beam/runners/job/watched_result.h"

namespace beam {

PipelineState WatchedResult::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

PipelineState WatchedResult::WaitUntilFinish(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto ended = [this] { return state_ != PipelineState::kRunning; };
  if (timeout == std::chrono::milliseconds::max()) {
    changed_.wait(lock, ended);
  } else {
    changed_.wait_for(lock, timeout, ended);
  }
  return state_;
}

void WatchedResult::Cancel() {
  const std::lock_guard lock(mutex_);
  cancel_asked_ = true;
  changed_.notify_all();
}

std::string WatchedResult::error() const {
  const std::lock_guard lock(mutex_);
  return state_ == PipelineState::kFailed ? error_ : std::string();
}

MetricResults WatchedResult::metrics() const {
  const std::lock_guard lock(mutex_);
  return metrics_;
}

}  // namespace beam
