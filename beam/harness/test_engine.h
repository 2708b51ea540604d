// An engine for tests, in the test's own process: the control, data, state and logging services that one worker talks
// to, and the questions that a test asks through them.
#pragma once

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.grpc.pb.h>
#include <org/apache/beam/model/fn_execution/v1/beam_provision_api.grpc.pb.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/portable/channel.h"
#include "beam/portable/test_descriptor.h"

namespace beam::testing_portable {

namespace fn = org::apache::beam::model::fn_execution::v1;

// Thread-safe.
class TestEngine {
 public:
  enum class Reach { kSocket, kInProcess };

  explicit TestEngine(Reach reach = Reach::kSocket)
      : control_(*this), data_(*this), state_(*this), logging_(*this), provision_(*this), status_(*this) {
    grpc::ServerBuilder builder;
    int port = 0;
    if (reach == Reach::kSocket) builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    for (grpc::Service* service :
         std::initializer_list<grpc::Service*>{&control_, &data_, &state_, &logging_, &provision_, &status_}) {
      builder.RegisterService(service);
    }
    builder.SetMaxReceiveMessageSize(-1);
    // Workers may ask whether it is there as often as they like.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    server_ = builder.BuildAndStart();
    endpoint_ = "127.0.0.1:" + std::to_string(port);
    if (reach == Reach::kInProcess) endpoint_ = in_process_.emplace(*server_).name();
  }
  ~TestEngine() { Kill(); }

  const std::string& endpoint() const { return endpoint_; }

  // Ends all streams at once.
  void Kill() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
      changed_.notify_all();
    }
    server_->Shutdown(std::chrono::system_clock::now());
  }

  void AddStage(fn::ProcessBundleDescriptor stage) {
    const std::lock_guard lock(mutex_);
    std::string id = stage.id();
    stages_[std::move(id)] = std::move(stage);
  }
  // The stage of these steps, called as the first of them. Returns the names of its source and its sink.
  std::pair<std::string, std::string> AddStageOf(const proto::Pipeline& pipeline,
                                                 const std::vector<std::string>& steps) {
    std::pair<std::string, std::string> ends;
    fn::ProcessBundleDescriptor stage = StageOf(pipeline, steps, endpoint_);
    for (const auto& [id, transform] : stage.transforms()) {
      if (transform.spec().urn() == urn::kSource) ends.first = id;
      if (transform.spec().urn() == urn::kSink) ends.second = id;
    }
    stage.set_id(steps.front());
    AddStage(std::move(stage));
    return ends;
  }
  // What workers that start from now on are told, but for the address of the status service.
  void Provide(const fn::ProvisionInfo& info) {
    const std::lock_guard lock(mutex_);
    provisions_ = info;
  }
  // What they are told that it can.
  void Offer(const std::string& capability) {
    const std::lock_guard lock(mutex_);
    provisions_.add_runner_capabilities(capability);
  }
  // What is answered for a state key, page by page.
  void AddState(const fn::StateKey& key, std::vector<std::string> pages) {
    const std::lock_guard lock(mutex_);
    states_[key.SerializeAsString()] = std::move(pages);
  }

  // What is answered to a request for a key that was not added, in place of an error. Called by one thread at a time.
  using AnswerState = std::function<void(const fn::StateRequest& request, fn::StateResponse& response)>;
  void AnswerOtherState(AnswerState answer) {
    const std::lock_guard lock(mutex_);
    answer_other_state_ = std::move(answer);
  }

  // Asks; Answer() waits for what the worker says.
  void Ask(const fn::InstructionRequest& request) {
    // Not under mutex_: the worker may wait for its answers to be read before it reads on. A stream that ends meanwhile
    // lives until it is let go.
    const std::lock_guard writing(control_write_mutex_);
    ControlStream* stream = nullptr;
    {
      std::unique_lock lock(mutex_);
      Wait(lock, [this] { return control_stream_ != nullptr; });
      stream = control_stream_;
    }
    stream->Write(request);
  }
  fn::InstructionResponse Answer(const std::string& instruction) {
    std::unique_lock lock(mutex_);
    Wait(lock, [&] { return answers_.count(instruction) > 0; });
    fn::InstructionResponse answer = std::move(answers_[instruction]);
    answers_.erase(instruction);
    return answer;
  }

  // `more` is what the request says besides.
  void AskForBundle(const std::string& instruction, const std::string& stage, fn::ProcessBundleRequest more = {}) {
    fn::InstructionRequest request;
    request.set_instruction_id(instruction);
    *request.mutable_process_bundle() = std::move(more);
    request.mutable_process_bundle()->set_process_bundle_descriptor_id(stage);
    Ask(request);
  }

  void SendElements(const std::string& instruction, const std::string& transform, const std::string& bytes,
                    bool is_last) {
    fn::Elements elements;
    fn::Elements::Data& data = *elements.add_data();
    data.set_instruction_id(instruction);
    data.set_transform_id(transform);
    data.set_data(bytes);
    data.set_is_last(is_last);
    Send(elements);
  }
  void Send(const fn::Elements& elements) {
    // Not under mutex_ either, as for control: it waits where the worker does not read.
    const std::lock_guard writing(data_write_mutex_);
    DataStream* stream = nullptr;
    {
      std::unique_lock lock(mutex_);
      Wait(lock, [this] { return data_stream_ != nullptr; });
      stream = data_stream_;
    }
    stream->Write(elements);
  }

  // While it is held, no elements are read.
  std::unique_lock<std::mutex> HoldUpData() { return std::unique_lock(data_read_mutex_); }

  // All elements of a bundle for a sink; waits for the last.
  std::string Elements(const std::string& instruction, const std::string& transform) {
    std::unique_lock lock(mutex_);
    Output& output = outputs_[{instruction, transform}];
    Wait(lock, [&] { return output.is_complete; });
    return output.bytes;
  }

  // How much of it has come by now; waits until there is some.
  std::string FirstElements(const std::string& instruction, const std::string& transform) {
    std::unique_lock lock(mutex_);
    Output& output = outputs_[{instruction, transform}];
    Wait(lock, [&] { return !output.bytes.empty(); });
    return output.bytes;
  }

  // What the worker says of itself.
  std::string Status() {
    std::unique_lock lock(mutex_);
    Wait(lock, [this] { return status_stream_ != nullptr; });
    fn::WorkerStatusRequest request;
    request.set_id("status");
    statuses_.clear();
    status_stream_->Write(request);
    Wait(lock, [this] { return !statuses_.empty(); });
    return statuses_.back().status_info();
  }

  // Waits until so many workers have come, and returns their ids.
  std::set<std::string> WaitForWorkers(std::size_t count) {
    std::unique_lock lock(mutex_);
    Wait(lock, [&] { return workers_.size() >= count; });
    return workers_;
  }

  enum class Stream { kControl, kData, kState, kLogging };

  // Ends the call, and waits until it is over.
  void Cancel(Stream stream) {
    std::unique_lock lock(mutex_);
    Wait(lock, [&] { return !calls_[stream].empty(); });
    for (grpc::ServerContext* const call : calls_[stream]) call->TryCancel();
    Wait(lock, [&] { return calls_[stream].empty(); });
  }
  void WaitForEnd(Stream stream) {
    std::unique_lock lock(mutex_);
    Wait(lock, [&] { return calls_[stream].empty(); });
  }

  // From now on no elements are kept; they are counted only.
  void DropElements() {
    const std::lock_guard lock(mutex_);
    drops_elements_ = true;
  }
  // As Elements(), but how many bytes they are.
  std::size_t ElementBytes(const std::string& instruction, const std::string& transform) {
    std::unique_lock lock(mutex_);
    Output& output = outputs_[{instruction, transform}];
    Wait(lock, [&] { return output.is_complete; });
    return output.size;
  }

  // From now on requests of state are not answered.
  void HoldUpState() {
    const std::lock_guard lock(mutex_);
    answers_state_ = false;
  }
  void WaitForStateRequest() {
    std::unique_lock lock(mutex_);
    Wait(lock, [this] { return state_requests_ > 0; });
  }

  // How many requests of state there were.
  int state_requests() const {
    const std::lock_guard lock(mutex_);
    return state_requests_;
  }
  void WaitForLogLines(std::size_t count) {
    std::unique_lock lock(mutex_);
    Wait(lock, [&] { return log_entries_.size() >= count; });
  }
  std::vector<fn::LogEntry> log_entries() const {
    const std::lock_guard lock(mutex_);
    return log_entries_;
  }

 private:
  using ControlStream = grpc::ServerReaderWriter<fn::InstructionRequest, fn::InstructionResponse>;
  using DataStream = grpc::ServerReaderWriter<fn::Elements, fn::Elements>;
  using StatusStream = grpc::ServerReaderWriter<fn::WorkerStatusRequest, fn::WorkerStatusResponse>;

  // A call that is served.
  class Call {
   public:
    Call(TestEngine& engine, Stream stream, grpc::ServerContext* context)
        : engine_(engine), stream_(stream), context_(context) {
      const std::lock_guard lock(engine_.mutex_);
      engine_.calls_[stream_].insert(context_);
    }
    ~Call() {
      const std::lock_guard lock(engine_.mutex_);
      engine_.calls_[stream_].erase(context_);
      engine_.changed_.notify_all();
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    TestEngine& engine_;
    const Stream stream_;
    grpc::ServerContext* const context_;
  };

  struct Output {
    std::string bytes;
    std::size_t size = 0;
    bool is_complete = false;
  };

  struct ControlService final : fn::BeamFnControl::Service {
    explicit ControlService(TestEngine& engine) : engine(engine) {}
    grpc::Status Control(grpc::ServerContext* context, ControlStream* stream) override {
      const Call call(engine, Stream::kControl, context);
      engine.Came(*context);
      engine.Serve(engine.control_stream_, stream, [this](fn::InstructionResponse& response) {
        std::string id = response.instruction_id();
        engine.answers_[std::move(id)] = std::move(response);
      });
      const std::lock_guard written(engine.control_write_mutex_);
      return grpc::Status::OK;
    }
    grpc::Status GetProcessBundleDescriptor(grpc::ServerContext*, const fn::GetProcessBundleDescriptorRequest* request,
                                            fn::ProcessBundleDescriptor* response) override {
      const std::lock_guard lock(engine.mutex_);
      const auto found = engine.stages_.find(request->process_bundle_descriptor_id());
      if (found == engine.stages_.end()) return {grpc::NOT_FOUND, "there is no such stage"};
      *response = found->second;
      return grpc::Status::OK;
    }
    TestEngine& engine;
  };

  struct DataService final : fn::BeamFnData::Service {
    explicit DataService(TestEngine& engine) : engine(engine) {}
    grpc::Status Data(grpc::ServerContext* context, DataStream* stream) override {
      const Call call(engine, Stream::kData, context);
      engine.Serve(
          engine.data_stream_, stream,
          [this](fn::Elements& elements) {
            for (fn::Elements::Data& data : *elements.mutable_data()) {
              Output& output = engine.outputs_[{data.instruction_id(), data.transform_id()}];
              output.size += data.data().size();
              if (!engine.drops_elements_) output.bytes += data.data();
              output.is_complete |= data.is_last();
            }
          },
          [this] { const std::lock_guard wait(engine.data_read_mutex_); });
      const std::lock_guard written(engine.data_write_mutex_);
      return grpc::Status::OK;
    }
    TestEngine& engine;
  };

  struct ProvisionService final : fn::ProvisionService::Service {
    explicit ProvisionService(TestEngine& engine) : engine(engine) {}
    grpc::Status GetProvisionInfo(grpc::ServerContext*, const fn::GetProvisionInfoRequest*,
                                  fn::GetProvisionInfoResponse* response) override {
      const std::lock_guard lock(engine.mutex_);
      *response->mutable_info() = engine.provisions_;
      response->mutable_info()->mutable_status_endpoint()->set_url(engine.endpoint_);
      return grpc::Status::OK;
    }
    TestEngine& engine;
  };

  struct StatusService final : fn::BeamFnWorkerStatus::Service {
    explicit StatusService(TestEngine& engine) : engine(engine) {}
    grpc::Status WorkerStatus(grpc::ServerContext*, StatusStream* stream) override {
      engine.Serve(engine.status_stream_, stream,
                   [this](fn::WorkerStatusResponse& response) { engine.statuses_.push_back(std::move(response)); });
      return grpc::Status::OK;
    }
    TestEngine& engine;
  };

  struct StateService final : fn::BeamFnState::Service {
    explicit StateService(TestEngine& engine) : engine(engine) {}
    grpc::Status State(grpc::ServerContext* context,
                       grpc::ServerReaderWriter<fn::StateResponse, fn::StateRequest>* stream) override {
      const Call call(engine, Stream::kState, context);
      for (fn::StateRequest request; stream->Read(&request);) {
        fn::StateResponse response;
        response.set_id(request.id());
        {
          const std::lock_guard lock(engine.mutex_);
          ++engine.state_requests_;
          engine.changed_.notify_all();
          if (!engine.answers_state_) continue;
          const auto found = engine.states_.find(request.state_key().SerializeAsString());
          if (found == engine.states_.end()) {
            engine.answer_other_state_(request, response);
          } else {
            const std::string& token = request.get().continuation_token();
            const std::size_t page = token.empty() ? 0 : std::stoul(token);
            response.mutable_get()->set_data(found->second.at(page));
            if (page + 1 < found->second.size()) {
              response.mutable_get()->set_continuation_token(std::to_string(page + 1));
            }
          }
        }
        stream->Write(response);
      }
      return grpc::Status::OK;
    }
    TestEngine& engine;
  };

  struct LoggingService final : fn::BeamFnLogging::Service {
    explicit LoggingService(TestEngine& engine) : engine(engine) {}
    grpc::Status Logging(grpc::ServerContext* context,
                         grpc::ServerReaderWriter<fn::LogControl, fn::LogEntry::List>* stream) override {
      const Call call(engine, Stream::kLogging, context);
      for (fn::LogEntry::List list; stream->Read(&list);) {
        const std::lock_guard lock(engine.mutex_);
        for (const fn::LogEntry& entry : list.log_entries()) {
          engine.log_entries_.push_back(entry);
        }
        engine.changed_.notify_all();
      }
      return grpc::Status::OK;
    }
    TestEngine& engine;
  };

  void Came(const grpc::ServerContext& context) {
    const auto id = context.client_metadata().find("worker_id");
    const std::lock_guard lock(mutex_);
    workers_.insert(id == context.client_metadata().end() ? "" : std::string(id->second.data(), id->second.size()));
    changed_.notify_all();
  }

  // Keeps `stream` in `slot` while it lasts, and gives what it says to `take`, under the lock. Calls `wait`, without
  // it, before it looks for more.
  template <class Slot, class Take>
  void Serve(Slot*& slot, Slot* stream, Take take, const std::function<void()>& wait = [] {}) {
    {
      const std::lock_guard lock(mutex_);
      slot = stream;
      changed_.notify_all();
    }
    Read(stream, take, wait);
    const std::lock_guard lock(mutex_);
    slot = nullptr;
    changed_.notify_all();
  }
  template <class W, class R, class Take>
  void Read(grpc::ServerReaderWriter<W, R>* stream, Take take, const std::function<void()>& wait) {
    for (R message; stream->Read(&message); wait()) {
      const std::lock_guard lock(mutex_);
      take(message);
      changed_.notify_all();
    }
  }

  template <class Condition>
  void Wait(std::unique_lock<std::mutex>& lock, Condition condition) {
    const bool is_there = changed_.wait_for(lock, std::chrono::seconds(60), [&] { return condition() || is_over_; });
    if (!is_there || is_over_) throw Error("the worker did not do what the test waits for");
  }

  std::mutex control_write_mutex_;
  std::mutex data_write_mutex_;
  std::mutex data_read_mutex_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_over_ = false;
  ControlStream* control_stream_ = nullptr;
  DataStream* data_stream_ = nullptr;
  std::map<Stream, std::set<grpc::ServerContext*>> calls_;
  StatusStream* status_stream_ = nullptr;
  std::map<std::string, fn::ProcessBundleDescriptor> stages_;
  std::map<std::string, std::vector<std::string>> states_;  // by the bytes of the key
  AnswerState answer_other_state_ = [](const fn::StateRequest&, fn::StateResponse& response) {
    response.set_error("there is no such state");
  };
  std::map<std::string, fn::InstructionResponse> answers_;
  std::map<std::pair<std::string, std::string>, Output> outputs_;
  bool drops_elements_ = false;
  int state_requests_ = 0;
  bool answers_state_ = true;
  std::vector<fn::LogEntry> log_entries_;
  std::set<std::string> workers_;
  fn::ProvisionInfo provisions_;
  std::vector<fn::WorkerStatusResponse> statuses_;
  ControlService control_;
  DataService data_;
  StateService state_;
  LoggingService logging_;
  ProvisionService provision_;
  StatusService status_;
  std::unique_ptr<grpc::Server> server_;
  std::optional<InProcessEndpoint> in_process_;
  std::string endpoint_;
};

}  // namespace beam::testing_portable
