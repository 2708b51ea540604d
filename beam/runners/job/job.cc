#include "beam/runners/job/job.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/runners/job/artifact_staging.h"
#include "beam/runners/job/engine_error.h"
#include "beam/runners/job/job_metrics.h"
#include "beam/runners/job/job_service.h"
#include "beam/runners/job/watched_result.h"

namespace beam {
namespace {

namespace jobs = org::apache::beam::model::job_management::v1;
namespace model = org::apache::beam::model::pipeline::v1;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A signal handler can wake nobody, so its flag is looked at.
constexpr milliseconds kPollTime{20};
// How long the messages may come behind the state that ended the job.
constexpr milliseconds kLastMessages{2000};
// How long an engine that took a cancellation may need to say that the job has stopped.
constexpr milliseconds kCancelTime{1000};

// Names of steps by the ids of their transforms: what metrics are reported under.
using StepNames = std::map<std::string, std::string>;

StepNames StepNamesOf(const model::Pipeline& pipeline) {
  StepNames names;
  for (const auto& [id, transform] : pipeline.components().transforms()) names.emplace(id, transform.unique_name());
  return names;
}

std::optional<PipelineState> FinalState(JobService::State state) {
  switch (state) {
    case jobs::JobState::DONE:
    case jobs::JobState::DRAINED: return PipelineState::kDone;
    case jobs::JobState::FAILED: return PipelineState::kFailed;
    case jobs::JobState::CANCELLED:
    case jobs::JobState::UPDATED: return PipelineState::kCancelled;
    default: return std::nullopt;
  }
}

Severity SeverityOf(const jobs::JobMessage& message) {
  switch (message.importance()) {
    case jobs::JobMessage::JOB_MESSAGE_BASIC: return Severity::kInfo;
    case jobs::JobMessage::JOB_MESSAGE_WARNING: return Severity::kWarning;
    // Errors become the error of the run, reduced to their cause.
    default: return Severity::kDebug;
  }
}

// Three threads: two read the engine's streams, and one watches over the job.
class Job final : public WatchedResult {
 public:
  Job(std::unique_ptr<JobService> service, std::string id, const JobOptions& options, StepNames step_names)
      : service_(std::move(service)), id_(std::move(id)), options_(options), step_names_(std::move(step_names)) {
    Heard();
    state_reader_ = std::thread([this] { ReadStates(); });
    message_reader_ = std::thread([this] { ReadMessages(); });
    watcher_ = std::thread([this] { Watch(); });
  }

  ~Job() override {
    Cancel();
    watcher_.join();
  }

 private:
  void ReadStates() {
    const auto stream = service_->StateStream(state_context_, id_);
    jobs::JobStateEvent event;
    while (stream->Read(&event)) HearState(event.state());
    stream->Finish();
    // Before the end this means that something is wrong: ask, and soon.
    const std::lock_guard lock(mutex_);
    ask_at_ = Clock::now();
  }

  void ReadMessages() {
    const auto stream = service_->MessageStream(message_context_, id_);
    jobs::JobMessagesResponse response;
    while (stream->Read(&response)) {
      if (response.has_state_response()) HearState(response.state_response().state());
      if (response.has_message_response()) HearMessage(response.message_response());
    }
    stream->Finish();
    const std::lock_guard lock(mutex_);
    messages_ended_ = true;
    changed_.notify_all();
  }

  // With the lock held.
  void Heard() {
    heard_at_ = Clock::now();
    ask_at_ = heard_at_ + options_.watch_interval;
  }

  void HearState(JobService::State state) {
    const std::lock_guard lock(mutex_);
    Heard();
    if (!final_state_) final_state_ = FinalState(state);
    changed_.notify_all();
  }

  void HearMessage(const jobs::JobMessage& message) {
    Log(SeverityOf(message), message.message_text());
    const std::lock_guard lock(mutex_);
    Heard();
    if (message.importance() == jobs::JobMessage::JOB_MESSAGE_ERROR) last_error_ = message.message_text();
  }

  void Watch() {
    FollowToEnd();
    ReadTheRest();
    Finish();
  }

  // Until the job has ended, or there is no hope that it will tell.
  void FollowToEnd() {
    std::unique_lock lock(mutex_);
    const auto started = Clock::now();
    std::optional<Clock::time_point> cancelled_at;
    while (!final_state_) {
      changed_.wait_for(lock, kPollTime);
      const auto now = Clock::now();
      if (final_state_) break;
      if (!cancelled_at && options_.run_timeout > milliseconds(0) && now - started >= options_.run_timeout) {
        GiveUp(
            PipelineState::kFailed,
            "the job did not end within " + SecondsText(options_.run_timeout) + " (--job_timeout), and was cancelled");
        cancel_asked_ = true;
      }
      if (!cancelled_at && (cancel_asked_ || CancelRequested())) {
        cancelled_at = now;
        lock.unlock();
        const std::string trouble = Try([this] { service_->Cancel(id_); });
        if (!trouble.empty()) LogWarning("the engine may still run the job: " + trouble);
        lock.lock();
      } else if (cancelled_at && now - *cancelled_at >= kCancelTime) {
        GiveUp(PipelineState::kCancelled, "");
      } else if (now >= ask_at_) {
        lock.unlock();
        AskForState();
        LookForTrouble();
        lock.lock();
      }
    }
  }

  void AskForState() {
    try {
      HearState(service_->GetState(id_));
    } catch (const JobService::NoAnswer& trouble) {
      // It may be busy.
      const std::lock_guard lock(mutex_);
      if (Clock::now() - heard_at_ >= options_.call_timeout) LoseEngine(trouble);
    } catch (const Error& trouble) {
      const std::lock_guard lock(mutex_);
      LoseEngine(trouble);
    }
  }

  void LookForTrouble() {
    if (!options_.trouble) return;
    const std::string former = std::exchange(trouble_, options_.trouble());
    if (former.empty() || trouble_.empty()) return;
    {
      const std::lock_guard lock(mutex_);
      GiveUp(PipelineState::kFailed, trouble_);
    }
    // The engine may have heard of its trouble by now, and have ended the job.
    static_cast<void>(Try([this] { service_->Cancel(id_); }));
  }

  // With the lock held, as for GiveUp.
  void LoseEngine(const Error& trouble) {
    engine_lost_ = true;
    GiveUp(PipelineState::kFailed, std::string("the engine went away while the job ran: ") + trouble.what());
  }

  // A state that the engine did not tell of. With the lock held; one that it did tell of stays.
  void GiveUp(PipelineState state, const std::string& error) {
    if (final_state_) return;
    final_state_ = state;
    error_ = error;
    messages_ended_ = true;
  }

  void ReadTheRest() {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kLastMessages, [this] { return messages_ended_; });
    }
    state_context_.TryCancel();
    message_context_.TryCancel();
    state_reader_.join();
    message_reader_.join();
  }

  // Why the job has failed, of which all has been heard.
  std::string Reason() const {
    if (options_.trouble && IsPanic(last_error_)) {
      if (std::string cause = options_.trouble(); !cause.empty()) return cause;
    }
    return last_error_.empty() ? "the engine gave no reason" : CauseOf(last_error_);
  }

  void Finish() {
    MetricResults metrics;
    const std::string trouble = Try([&] {
      if (engine_lost_) return;
      metrics = MetricsOf(service_->GetMetrics(id_), [this](const std::string& transform) {
        const auto found = step_names_.find(transform);
        return found == step_names_.end() ? transform : found->second;
      });
    });
    const std::string reason = Reason();
    const std::lock_guard lock(mutex_);
    if (!trouble.empty() && *final_state_ == PipelineState::kDone) LogWarning("the run has no metrics: " + trouble);
    metrics_ = std::move(metrics);
    if (error_.empty()) error_ = reason;
    state_ = *final_state_;
    changed_.notify_all();
  }

  // What went wrong, or nothing.
  template <class Action>
  static std::string Try(Action action) {
    try {
      action();
      return "";
    } catch (const std::exception& error) {
      return error.what();
    }
  }

  const std::unique_ptr<JobService> service_;
  const std::string id_;
  const JobOptions options_;
  const StepNames step_names_;
  grpc::ClientContext state_context_;
  grpc::ClientContext message_context_;

  std::optional<PipelineState> final_state_;  // known, but the last messages and the metrics may still be to come
  std::string trouble_;                       // the watcher's alone
  bool messages_ended_ = false;               // or none are waited for
  bool engine_lost_ = false;
  Clock::time_point heard_at_;  // when the engine last said anything
  Clock::time_point ask_at_;    // when to ask whether it is still there
  std::string last_error_;      // as the engine reported it

  std::thread state_reader_;
  std::thread message_reader_;
  std::thread watcher_;
};

}  // namespace

std::unique_ptr<PipelineResult> RunJob(const model::Pipeline& pipeline, const JobOptions& options) {
  auto service = std::make_unique<JobService>(options);
  const jobs::PrepareJobResponse prepared = service->Prepare(pipeline);
  if (!prepared.artifact_staging_endpoint().url().empty()) {
    StageArtifacts(prepared.artifact_staging_endpoint().url(), prepared.staging_session_token(), pipeline,
                   options.call_timeout);
  }
  std::string id = service->Run(prepared.preparation_id());
  return std::make_unique<Job>(std::move(service), std::move(id), options, StepNamesOf(pipeline));
}

}  // namespace beam
