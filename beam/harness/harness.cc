#include "beam/harness/harness.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>
#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.grpc.pb.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/harness/active_bundles.h"
#include "beam/harness/bundle_cache.h"
#include "beam/harness/finalizations.h"
#include "beam/harness/monitoring.h"
#include "beam/harness/process_status.h"
#include "beam/harness/status_stream.h"
#include "beam/harness/stream_writer.h"
#include "beam/harness/thread_pool.h"
#include "beam/harness/ticker.h"
#include "beam/harness/worker_services.h"
#include "beam/portable/channel.h"
#include "beam/portable/urns.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;

namespace {

// An engine that is told that the worker leaves ends the control stream; one that does not has gone.
constexpr std::chrono::seconds kPatience{5};
// How often is looked at what a bundle is at, as Beam's other SDKs look; and for how long a result waits for company at
// most.
constexpr std::chrono::milliseconds kSamplePeriod{10};
constexpr std::chrono::milliseconds kFlushPeriod{200};

// Attributes log lines of this thread to a bundle while in scope.
class InstructionScope {
 public:
  explicit InstructionScope(const std::string& instruction) { current_log_instruction = &instruction; }
  ~InstructionScope() { current_log_instruction = nullptr; }
  InstructionScope(const InstructionScope&) = delete;
  InstructionScope& operator=(const InstructionScope&) = delete;
};

// From now on the program exits at once, whoever makes it: threads that nobody can end may use all that it would
// destroy. Its output is written, unless it is that which one of them waits to write.
void ExitAtOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    on_exit(
        [](int code, void*) {
          if (ftrylockfile(stdout) == 0) std::fflush(stdout);
          _exit(code);
        },
        nullptr);
  });
}

}  // namespace

class Harness::Impl {
 public:
  explicit Impl(const HarnessOptions& options)
      : options_(options),
        services_(options),
        channel_(OpenChannel(options.control, options.keepalive)),
        stub_(fn::BeamFnControl::NewStub(channel_)),
        embeds_elements_(options.runner_capabilities.contains(urn::kEmbedsElementsInResponses)),
        takes_short_ids_(options.runner_capabilities.contains(urn::kTakesShortIds)),
        short_ids_(options.id),
        cache_(services_, [this](const std::string& id) { return FetchDescriptor(id); }) {
    context_.AddMetadata("worker_id", options.id);
  }

  void Run() {
    std::optional<StatusStream> status_stream;
    if (!options_.status.empty()) status_stream.emplace(options_.status, options_.id, [this] { return Describe(); });
    stream_ = stub_->Control(&context_);
    answers_ = std::make_unique<StreamWriter<fn::InstructionResponse>>(*stream_);
    for (fn::InstructionRequest request; stream_->Read(&request);) Handle(request);
    {
      const std::lock_guard lock(mutex_);
      has_ended_ = true;
      ended_.notify_all();
    }
    // Of bundles in progress nobody wants to know any more, but they may hold what must be given back.
    services_.Stop();
    if (!pool_->Wait(options_.step_patience)) {
      // What they still have to say is for nobody: nothing is written any more.
      answers_->Close();
      static_cast<void>(stream_->Finish());
      has_left_steps_ = true;
      ExitAtOnce();
      throw Error("the engine's control stream at " + options_.control
                  + " has ended, and what still runs is left: " + DescribeRest());
    }
    pool_.reset();
    const grpc::Status status = stream_->Finish();
    if (!cut_.empty()) throw Error("the worker cannot go on: " + cut_);
    if (!status.ok() && status.error_code() != grpc::CANCELLED) {
      throw Error("the engine's control stream at " + options_.control + " has ended: " + TextOf(status));
    }
  }

  void Stop() { context_.TryCancel(); }

  bool has_left_steps() const { return has_left_steps_; }

 private:
  // Of steps that do not return, in one line.
  std::string DescribeRest() {
    std::string text = active_.Describe();
    if (!text.empty()) text.pop_back();
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) text.replace(at, 1, "; ");
    if (!text.empty()) return text;
    const std::lock_guard lock(mutex_);
    for (const std::string& bundle : bundles_) {
      text.append(text.empty() ? "" : "; ").append("bundle ").append(bundle).append(", whose steps are set up");
    }
    return text.empty() ? "what a bundle left to be done after its commit" : text;
  }

  std::string Describe() const {
    const std::string bundles = active_.Describe();
    return "worker: " + options_.id + "\n" + DescribeProcess()
        + (bundles.empty() ? "no bundle in progress\n" : bundles);
  }

  fn::ProcessBundleDescriptor FetchDescriptor(const std::string& id) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = registered_.find(id); found != registered_.end()) return found->second;
    }
    grpc::ClientContext context;
    context.AddMetadata("worker_id", options_.id);
    fn::GetProcessBundleDescriptorRequest request;
    request.set_process_bundle_descriptor_id(id);
    fn::ProcessBundleDescriptor descriptor;
    const grpc::Status status = stub_->GetProcessBundleDescriptor(&context, request, &descriptor);
    if (!status.ok()) throw Error("the engine does not give the description of stage '" + id + "': " + TextOf(status));
    return descriptor;
  }

  void Handle(fn::InstructionRequest& request) {
    if (request.has_process_bundle()) {
      auto shared = std::make_shared<fn::InstructionRequest>(std::move(request));
      {
        const std::lock_guard lock(mutex_);
        ++unanswered_;
      }
      pool_->Run([this, shared] { LeaveIfCut(Answer(*shared)); });
      request = {};
    } else if (request.has_finalize_bundle()) {
      // Users' code, which may take its time.
      pool_->Run([this, shared = std::make_shared<fn::InstructionRequest>(std::move(request))] { Answer(*shared); });
      request = {};
    } else {
      Answer(request);
    }
  }

  // Returns whether it was an error.
  bool Answer(fn::InstructionRequest& request) {
    fn::InstructionResponse response;
    try {
      Fill(request, response);
    } catch (const std::exception& error) {
      response.Clear();
      response.set_error(error.what());
    }
    response.set_instruction_id(request.instruction_id());
    const bool is_error = !response.error().empty();
    // If the stream has ended there is nobody left to answer.
    static_cast<void>(answers_->Write(std::move(response)));
    return is_error;
  }

  // A bundle has been answered. A worker that has lost a stream answers what it was asked for, and leaves: what was
  // lost with the stream nobody knows, and engines need not take another one.
  // A stream that ends while there are no bundles is none that is cut, but the end of a job.
  void LeaveIfCut(bool has_failed) {
    std::string cut = has_failed ? services_.Cut() : "";
    std::unique_lock lock(mutex_);
    --unanswered_;
    if (cut_.empty()) cut_ = std::move(cut);
    if (cut_.empty() || unanswered_ > 0 || is_leaving_ || has_ended_) return;
    is_leaving_ = true;
    lock.unlock();
    answers_->Close();
    stream_->WritesDone();
    lock.lock();
    if (!ended_.wait_for(lock, kPatience, [this] { return has_ended_; })) context_.TryCancel();
  }

  void Fill(fn::InstructionRequest& request, fn::InstructionResponse& response) {
    switch (request.request_case()) {
      case fn::InstructionRequest::kProcessBundle:
        return ProcessBundle(request.instruction_id(), *request.mutable_process_bundle(),
                             *response.mutable_process_bundle());
      case fn::InstructionRequest::kProcessBundleProgress:
        return ReadProgress(request.process_bundle_progress(), *response.mutable_process_bundle_progress());
      case fn::InstructionRequest::kProcessBundleSplit:
        return Split(request.process_bundle_split(), *response.mutable_process_bundle_split());
      case fn::InstructionRequest::kMonitoringInfos:
        for (const std::string& id : request.monitoring_infos().monitoring_info_id()) {
          (*response.mutable_monitoring_infos()->mutable_monitoring_info())[id] = short_ids_.InfoOf(id);
        }
        return;
      case fn::InstructionRequest::kRegister: return Register(request.register_(), response);
      case fn::InstructionRequest::kFinalizeBundle:
        finalizations_.Finalize(request.finalize_bundle().instruction_id());
        response.mutable_finalize_bundle();
        return;
      case fn::InstructionRequest::kHarnessMonitoringInfos:
        // Metrics of the process, which belong to no bundle. There are none: all that is counted here belongs to a
        // step. Not an error, as in Beam's Go SDK, and no capability that is announced.
        response.mutable_harness_monitoring_infos();
        return;
      case fn::InstructionRequest::kSampleData: throw Error("this worker does not sample data");
      default: throw Error("this worker does not know the request number " + std::to_string(request.request_case()));
    }
  }

  void Register(const fn::RegisterRequest& request, fn::InstructionResponse& response) {
    const std::lock_guard lock(mutex_);
    for (const fn::ProcessBundleDescriptor& descriptor : request.process_bundle_descriptor()) {
      registered_[descriptor.id()] = descriptor;
    }
    response.mutable_register_();
  }

  void ProcessBundle(const std::string& instruction, fn::ProcessBundleRequest& request,
                     fn::ProcessBundleResponse& response) {
    const InstructionScope scope(instruction);
    {
      const std::lock_guard lock(mutex_);
      if (!bundles_.insert(instruction).second) throw Error("the engine names two bundles " + instruction);
    }
    std::exception_ptr failure;
    try {
      RunBundle(instruction, request, response);
    } catch (...) {
      failure = std::current_exception();
    }
    active_.Remove(instruction);
    services_.CloseBundle(instruction);
    {
      const std::lock_guard lock(mutex_);
      bundles_.erase(instruction);
    }
    if (failure != nullptr) std::rethrow_exception(failure);
  }

  void RunBundle(const std::string& instruction, fn::ProcessBundleRequest& request,
                 fn::ProcessBundleResponse& response) {
    const std::string& stage = request.process_bundle_descriptor_id();
    services_.ExpectBundle(instruction);
    std::shared_ptr<BundleRun> run = cache_.Take(stage);
    run->Begin(instruction, request);
    active_.Add(instruction, stage, run);
    run->Process(embeds_elements_ ? response.mutable_elements() : nullptr);
    active_.Remove(instruction);
    if (response.elements().data().empty()) response.clear_elements();
    AddMetrics(run->ReadMetrics(), response);
    if (auto callbacks = run->TakeCallbacks(); !callbacks.empty()) {
      finalizations_.Keep(instruction, std::move(callbacks));
      response.set_requires_finalization(true);
    }
    cache_.Return(stage, std::move(run));
  }

  // Payloads by short ids, which the engine asks about once; to engines that may not know of these, whole infos as
  // well.
  template <class Response>
  void AddMetrics(BundleRun::Metrics&& metrics, Response& response) {
    for (MonitoringInfo& info : metrics) {
      (*response.mutable_monitoring_data())[short_ids_.IdOf(info)] = info.payload();
      if (!takes_short_ids_) *response.add_monitoring_infos() = std::move(info);
    }
  }

  void ReadProgress(const fn::ProcessBundleProgressRequest& request, fn::ProcessBundleProgressResponse& response) {
    active_.With(request.instruction_id(), [&](BundleRun& run) {
      AddMetrics(run.ReadMetrics(), response);
      response.set_consuming_received_data(run.IsConsuming());
    });
  }

  void Split(const fn::ProcessBundleSplitRequest& request, fn::ProcessBundleSplitResponse& response) {
    active_.With(request.instruction_id(), [&](BundleRun& run) {
      for (const auto& wish : request.desired_splits()) {
        fn::ProcessBundleSplitResponse::ChannelSplit split;
        if (run.Split(wish.first, wish.second, split)) *response.add_channel_splits() = std::move(split);
      }
    });
  }

  const HarnessOptions options_;
  WorkerServices services_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<fn::BeamFnControl::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<fn::InstructionResponse, fn::InstructionRequest>> stream_;
  std::unique_ptr<StreamWriter<fn::InstructionResponse>> answers_;
  const bool embeds_elements_;
  const bool takes_short_ids_;
  ShortIds short_ids_;
  BundleCache cache_;
  Finalizations finalizations_;
  std::mutex mutex_;
  std::map<std::string, fn::ProcessBundleDescriptor> registered_;
  std::set<std::string> bundles_;  // that are run, or begin
  std::size_t unanswered_ = 0;     // bundles
  std::string cut_;                // the stream that was lost, and why
  bool is_leaving_ = false;
  bool has_ended_ = false;       // the control stream
  bool has_left_steps_ = false;  // whose threads use all this
  std::condition_variable ended_;
  ActiveBundles active_;
  Ticker sampler_{kSamplePeriod, [this] { active_.Sample(); }};
  Ticker flusher_{kFlushPeriod, [this] { active_.Flush(); }};
  std::unique_ptr<ThreadPool> pool_ = std::make_unique<ThreadPool>();
};

Harness::Harness(const HarnessOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Harness::~Harness() {
  if (impl_->has_left_steps()) static_cast<void>(impl_.release());
}
void Harness::Run() { impl_->Run(); }
void Harness::Stop() { impl_->Stop(); }

}  // namespace beam
