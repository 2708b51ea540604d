#include "beam/runners/dataflow/dataflow_result.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/runners/job/watched_result.h"

namespace beam {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A signal handler can wake nobody, so its flag is looked at.
constexpr milliseconds kPollTime{20};

// What a worker's failure looks like among what the service says of it.
bool HasCause(const std::string& text) {
  return text.find("Error message from worker") != std::string::npos || text.find("Traceback") != std::string::npos;
}

// The client is the watcher's alone.
class DataflowResult final : public WatchedResult {
 public:
  DataflowResult(std::unique_ptr<DataflowClient> client, std::string id,
                 std::function<std::string(const std::string&)> step_of, const DataflowFollowTimes& times)
      : client_(std::move(client)), id_(std::move(id)), step_of_(std::move(step_of)), times_(times) {
    watcher_ = std::thread([this] { Watch(); });
  }

  ~DataflowResult() override {
    Cancel();
    watcher_.join();
  }

 private:
  void Watch() {
    std::optional<PipelineState> final_state;
    std::string error;
    try {
      final_state = FollowToEnd();
      if (final_state == PipelineState::kFailed) error = WaitForReason();
    } catch (const Cancelled&) {
      // The run was stopped in the middle of a question.
    } catch (const std::exception& trouble) {
      final_state = PipelineState::kFailed;
      error = std::string("the job was lost sight of, and may still run (" + client_->ConsoleUrl(id_) + "): ")
          + trouble.what();
    }
    MetricResults metrics;
    if (final_state) {
      try {
        metrics = client_->Metrics(id_, step_of_);
      } catch (const std::exception& trouble) {
        if (final_state == PipelineState::kDone) LogWarning(std::string("the run has no metrics: ") + trouble.what());
      }
    } else {
      CancelJob();
      final_state = PipelineState::kCancelled;
    }
    const std::lock_guard lock(mutex_);
    metrics_ = std::move(metrics);
    error_ = error;
    state_ = *final_state;
    changed_.notify_all();
  }

  // Nothing if the run is to be stopped first.
  std::optional<PipelineState> FollowToEnd() {
    for (milliseconds pause = times_.first_poll;; pause = std::min(2 * pause, times_.poll)) {
      const std::string state = client_->Get(id_).state;
      const bool is_news = !state.empty() && state != last_state_;
      if (is_news) {
        LogInfo("the job is " + state);
        last_state_ = state;
        pause = times_.first_poll;
      }
      ReadMessages();
      if (const std::optional<PipelineState> final_state = FinalStateOf(state)) return final_state;
      if (!Pause(pause)) return std::nullopt;
    }
  }

  // False if the run is to be stopped.
  bool Pause(milliseconds time) {
    std::unique_lock lock(mutex_);
    for (const auto end = Clock::now() + time; Clock::now() < end; changed_.wait_for(lock, kPollTime)) {
      if (cancel_asked_ || CancelRequested()) return false;
    }
    return true;
  }

  void ReadMessages() {
    for (DataflowMessage& message : client_->Messages(id_, read_until_)) {
      // Those of the last moment come again.
      if (message.time == read_until_ && !read_then_.insert(message.id).second) continue;
      if (message.time != read_until_) {
        read_until_ = message.time;
        read_then_ = {message.id};
      }
      Log(message.severity == Severity::kError ? Severity::kDebug : message.severity, message.text);
      if (message.severity == Severity::kError) errors_.push_back(std::move(message.text));
    }
  }

  std::string WaitForReason() {
    const auto until = Clock::now() + times_.reason;
    while (errors_.empty() && Clock::now() < until && Pause(times_.reason_poll)) ReadMessages();
    if (errors_.empty()) return "Dataflow gave no reason; its log is at " + client_->LogsUrl(id_);
    // That a work item was tried four times is no reason.
    for (const std::string& error : errors_) {
      if (HasCause(error)) return error;
    }
    return errors_.front();
  }

  // Of a run that is being stopped, and must not wait long.
  void CancelJob() {
    client_->HurryUp();
    try {
      client_->Cancel(id_);
      const auto until = Clock::now() + times_.cancel;
      while (Clock::now() < until && !FinalStateOf(client_->Get(id_).state)) std::this_thread::sleep_for(kPollTime * 5);
    } catch (const std::exception& trouble) {
      LogWarning("the job may still run: cancel it at " + client_->ConsoleUrl(id_) + ": " + trouble.what());
    }
  }

  const std::unique_ptr<DataflowClient> client_;
  const std::string id_;
  const std::function<std::string(const std::string&)> step_of_;
  const DataflowFollowTimes times_;

  // The watcher's alone.
  std::string last_state_;
  std::string read_until_;
  std::set<std::string> read_then_;  // the ids of the messages of that moment
  std::vector<std::string> errors_;

  std::thread watcher_;
};

}  // namespace

std::unique_ptr<PipelineResult> FollowDataflowJob(std::unique_ptr<DataflowClient> client, const std::string& id,
                                                  std::function<std::string(const std::string&)> step_of,
                                                  const DataflowFollowTimes& times) {
  return std::make_unique<DataflowResult>(std::move(client), id, std::move(step_of), times);
}

}  // namespace beam
