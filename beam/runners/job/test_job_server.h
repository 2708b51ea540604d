// A job service in the test's own process that does what the test says.
#pragma once

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <org/apache/beam/model/job_management/v1/beam_artifact_api.grpc.pb.h>
#include <org/apache/beam/model/job_management/v1/beam_job_api.grpc.pb.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace beam {

namespace jobs = org::apache::beam::model::job_management::v1;

// How the server departs from a job service that works.
struct TestJobServerFaults {
  std::set<std::string> hanging = {};               // calls, by name, that never answer
  std::set<std::string> missing = {};               // calls that the server does not know
  std::optional<grpc::Status> prepare_status = {};  // what Prepare answers
  bool deaf_to_cancel = false;                      // takes a cancellation and runs on
  // Artifacts asked for that the pipeline does not have.
  std::vector<org::apache::beam::model::pipeline::v1::ArtifactInformation> foreign_artifacts = {};
};

// Listens on a free port from construction to Kill. Thread-safe.
class TestJobServer {
 public:
  using JobState = jobs::JobState;
  using JobMessage = jobs::JobMessage;

  explicit TestJobServer(TestJobServerFaults faults = {})
      : faults_(std::move(faults)), job_service_(*this), staging_service_(*this) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&job_service_);
    builder.RegisterService(&staging_service_);
    builder.SetMaxReceiveMessageSize(-1);
    server_ = builder.BuildAndStart();
    endpoint_ = "127.0.0.1:" + std::to_string(port);
  }
  ~TestJobServer() { Kill(); }

  const std::string& endpoint() const { return endpoint_; }

  // What the job does next; both streams tell it.
  void Enter(JobState::Enum state) {
    EventResponse event;
    event.mutable_state_response()->set_state(state);
    Add(event);
  }
  void Say(JobMessage::MessageImportance importance, const std::string& text) {
    EventResponse event;
    event.mutable_message_response()->set_importance(importance);
    event.mutable_message_response()->set_message_text(text);
    Add(event);
  }
  // The engine dies: every call breaks off, and nobody listens any more.
  void Kill() {
    {
      const std::lock_guard lock(mutex_);
      killed_ = true;
      changed_.notify_all();
    }
    server_->Shutdown(std::chrono::system_clock::now());
  }

  // What GetJobMetrics answers. Set it before the job ends.
  jobs::MetricResults metrics;

  // What was received.
  jobs::PrepareJobRequest prepared() { return Locked(prepared_); }
  std::vector<std::string> staged() { return Locked(staged_); }  // the contents of the artifacts, in their order
  int cancellations() { return Locked(cancellations_); }
  // Waits until the job runs.
  void WaitUntilRuns() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return runs_; });
  }

 private:
  using EventResponse = jobs::JobMessagesResponse;

  template <class T>
  T Locked(const T& value) {
    const std::lock_guard lock(mutex_);
    return value;
  }

  void Add(const EventResponse& event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
    changed_.notify_all();
  }

  static bool IsEnd(const EventResponse& event) {
    const JobState::Enum state = event.state_response().state();
    return state == JobState::DONE || state == JobState::FAILED || state == JobState::CANCELLED;
  }

  // Event `index` once there is one; nothing when the job has ended before, or the call or the engine has.
  std::optional<EventResponse> Event(std::size_t index, grpc::ServerContext& context) {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (killed_ || context.IsCancelled()) return std::nullopt;
      if (index < events_.size()) return events_[index];
      if (!events_.empty() && IsEnd(events_.back())) return std::nullopt;
      changed_.wait_for(lock, std::chrono::milliseconds(10));
    }
  }

  // What a call answers before it does anything.
  grpc::Status Admit(const std::string& call, grpc::ServerContext& context) {
    if (faults_.missing.contains(call)) return {grpc::UNIMPLEMENTED, ""};
    std::unique_lock lock(mutex_);
    while (faults_.hanging.contains(call) && !killed_ && !context.IsCancelled()) {
      changed_.wait_for(lock, std::chrono::milliseconds(10));
    }
    return grpc::Status::OK;
  }

  class Jobs final : public jobs::JobService::Service {
   public:
    explicit Jobs(TestJobServer& server) : server_(server) {}

   private:
    template <class T>
    using Writer = grpc::ServerWriter<T>;

    grpc::Status Prepare(grpc::ServerContext* context, const jobs::PrepareJobRequest* request,
                         jobs::PrepareJobResponse* response) override {
      if (const grpc::Status status = server_.Admit("Prepare", *context); !status.ok()) return status;
      if (server_.faults_.prepare_status) return *server_.faults_.prepare_status;
      response->set_preparation_id("preparation");
      response->mutable_artifact_staging_endpoint()->set_url(server_.endpoint_);
      response->set_staging_session_token("token");
      const std::lock_guard lock(server_.mutex_);
      server_.prepared_ = *request;
      return grpc::Status::OK;
    }

    grpc::Status Run(grpc::ServerContext* context, const jobs::RunJobRequest* request,
                     jobs::RunJobResponse* response) override {
      if (const grpc::Status status = server_.Admit("Run", *context); !status.ok()) return status;
      if (request->preparation_id() != "preparation") return {grpc::NOT_FOUND, "no such preparation"};
      response->set_job_id("job");
      server_.Enter(JobState::RUNNING);
      const std::lock_guard lock(server_.mutex_);
      server_.runs_ = true;
      server_.changed_.notify_all();
      return grpc::Status::OK;
    }

    grpc::Status GetState(grpc::ServerContext* context, const jobs::GetJobStateRequest*,
                          jobs::JobStateEvent* response) override {
      if (const grpc::Status status = server_.Admit("GetState", *context); !status.ok()) return status;
      response->set_state(JobState::RUNNING);
      return grpc::Status::OK;
    }

    grpc::Status Cancel(grpc::ServerContext* context, const jobs::CancelJobRequest*,
                        jobs::CancelJobResponse*) override {
      if (const grpc::Status status = server_.Admit("Cancel", *context); !status.ok()) return status;
      if (!server_.faults_.deaf_to_cancel) server_.Enter(JobState::CANCELLED);
      const std::lock_guard lock(server_.mutex_);
      ++server_.cancellations_;
      return grpc::Status::OK;
    }

    grpc::Status GetStateStream(grpc::ServerContext* context, const jobs::GetJobStateRequest*,
                                Writer<jobs::JobStateEvent>* writer) override {
      if (const grpc::Status status = server_.Admit("GetStateStream", *context); !status.ok()) return status;
      for (std::size_t i = 0; const auto event = server_.Event(i, *context); ++i) {
        if (event->has_state_response()) writer->Write(event->state_response());
      }
      return grpc::Status::OK;
    }

    grpc::Status GetMessageStream(grpc::ServerContext* context, const jobs::JobMessagesRequest*,
                                  Writer<jobs::JobMessagesResponse>* writer) override {
      if (const grpc::Status status = server_.Admit("GetMessageStream", *context); !status.ok()) return status;
      for (std::size_t i = 0; const auto event = server_.Event(i, *context); ++i) writer->Write(*event);
      return grpc::Status::OK;
    }

    grpc::Status GetJobMetrics(grpc::ServerContext* context, const jobs::GetJobMetricsRequest*,
                               jobs::GetJobMetricsResponse* response) override {
      if (const grpc::Status status = server_.Admit("GetJobMetrics", *context); !status.ok()) return status;
      *response->mutable_metrics() = server_.metrics;
      return grpc::Status::OK;
    }

    TestJobServer& server_;
  };

  // Asks for everything that the pipeline's environments depend on, each first to be resolved, then to be sent.
  class Staging final : public jobs::ArtifactStagingService::Service {
   public:
    explicit Staging(TestJobServer& server) : server_(server) {}

   private:
    using Request = jobs::ArtifactRequestWrapper;
    using Response = jobs::ArtifactResponseWrapper;

    grpc::Status ReverseArtifactRetrievalService(grpc::ServerContext* context,
                                                 grpc::ServerReaderWriter<Request, Response>* stream) override {
      if (const grpc::Status status = server_.Admit("ReverseArtifactRetrievalService", *context); !status.ok())
        return status;
      Response response;
      if (!stream->Read(&response) || response.staging_token() != "token") return {grpc::NOT_FOUND, "no such token"};
      std::vector<org::apache::beam::model::pipeline::v1::ArtifactInformation> artifacts =
          server_.faults_.foreign_artifacts;
      const jobs::PrepareJobRequest prepared = server_.prepared();
      for (const auto& [id, environment] : prepared.pipeline().components().environments()) {
        artifacts.insert(artifacts.end(), environment.dependencies().begin(), environment.dependencies().end());
      }
      for (const auto& artifact : artifacts) {
        Request resolve;
        *resolve.mutable_resolve_artifact()->add_artifacts() = artifact;
        stream->Write(resolve);
        if (!stream->Read(&response)) return {grpc::ABORTED, "no answer to resolve"};
        if (response.resolve_artifact_response().replacements_size() != 1) return {grpc::ABORTED, "not resolved"};
        Request get;
        *get.mutable_get_artifact()->mutable_artifact() = response.resolve_artifact_response().replacements(0);
        stream->Write(get);
        std::string contents;
        do {
          if (!stream->Read(&response)) return {grpc::ABORTED, "the artifact breaks off"};
          // As Prism does.
          if (!response.is_last()) contents += response.get_artifact_response().data();
        } while (!response.is_last());
        const std::lock_guard lock(server_.mutex_);
        server_.staged_.push_back(contents);
      }
      return grpc::Status::OK;
    }

    TestJobServer& server_;
  };

  const TestJobServerFaults faults_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool killed_ = false;
  bool runs_ = false;
  int cancellations_ = 0;
  jobs::PrepareJobRequest prepared_;
  std::vector<std::string> staged_;
  std::vector<EventResponse> events_;
  Jobs job_service_;
  Staging staging_service_;
  std::string endpoint_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace beam
