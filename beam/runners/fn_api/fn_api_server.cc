#include "beam/runners/fn_api/fn_api_server.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.grpc.pb.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "beam/base/error.h"
#include "beam/portable/channel.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;

namespace {

// State is answered in pages of this size.
constexpr std::size_t kPageBytes = std::size_t{1} << 20;
// A worker of this process that has not come by then never will.
constexpr std::chrono::milliseconds kConnectTime{60'000};
// How often it is looked whether a bundle has failed before its worker opened the data stream.
constexpr std::chrono::milliseconds kOpenTime{20};

constexpr const char* kGone = "the worker of the Fn API has gone";

}  // namespace

// What came for one instruction and was not taken yet.
struct BundleCall::Mailbox {
  const std::string instruction;
  std::mutex mutex;
  std::condition_variable changed;
  Answer answer;

  explicit Mailbox(std::string name) : instruction(std::move(name)) {}

  template <class Put>
  void Change(Put put) {
    const std::lock_guard lock(mutex);
    put(answer);
    changed.notify_one();
  }

  Response WaitForResponse() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return answer.response.has_value(); });
    return std::move(*answer.response);
  }
};

class FnApiServer::Impl {
 public:
  explicit Impl(ReadState read_state)
      : read_state_(std::move(read_state)), control_(*this), data_(*this), state_(*this) {
    LogGrpcAsDebug();
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(-1);
    builder.SetMaxSendMessageSize(-1);
    builder.RegisterService(&control_);
    builder.RegisterService(&data_);
    builder.RegisterService(&state_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) throw Error("the server of the Fn API cannot be started");
    endpoint_.emplace(*server_);
  }

  ~Impl() {
    endpoint_.reset();
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }

  const std::string& endpoint() const { return endpoint_->name(); }

  void AddStage(fn::ProcessBundleDescriptor stage, CacheTokens tokens) {
    const std::lock_guard lock(mutex_);
    tokens_[stage.id()] = std::move(tokens);
    stages_[stage.id()] = std::move(stage);
  }

  // Once all stages are there.
  const CacheTokens& TokensOf(const std::string& stage) const { return tokens_.at(stage); }

  std::shared_ptr<BundleCall::Mailbox> Open() {
    const std::lock_guard lock(mutex_);
    auto mailbox = std::make_shared<BundleCall::Mailbox>("instruction" + std::to_string(++instructions_));
    mailboxes_[mailbox->instruction] = mailbox;
    return mailbox;
  }

  void Close(const std::string& instruction) {
    const std::lock_guard lock(mutex_);
    mailboxes_.erase(instruction);
  }

  void Ask(const fn::InstructionRequest& request) {
    control_stream_.WaitUntilOpen(kConnectTime);
    control_stream_.Write(request);
  }

  void Send(BundleCall::Mailbox& bundle, const fn::Elements& elements) {
    // A worker opens the data stream with its first bundle, unless that fails before.
    while (!data_stream_.WaitUntilOpen(kOpenTime)) {
      const std::lock_guard lock(bundle.mutex);
      if (bundle.answer.response.has_value()) return;
    }
    data_stream_.Write(elements);
  }

 private:
  // The one stream of its kind that the worker has opened.
  template <class In, class Out>
  class Slot {
   public:
    using Stream = grpc::ServerReaderWriter<Out, In>;

    // False if the worker has not opened it by then.
    bool WaitUntilOpen(std::chrono::milliseconds timeout) {
      std::unique_lock lock(mutex_);
      return opened_.wait_for(lock, timeout, [this] { return stream_ != nullptr || has_ended_; });
    }

    // Throws Error if it has not been opened, or has ended.
    void Write(const Out& message) {
      const std::lock_guard lock(mutex_);
      if (stream_ == nullptr || !stream_->Write(message)) throw Error(kGone);
    }

    // By the thread that the stream has: gives `take` what comes, until it ends.
    template <class Take>
    void Read(Stream* stream, Take take) {
      {
        const std::lock_guard lock(mutex_);
        stream_ = stream;
        opened_.notify_all();
      }
      for (In message; stream->Read(&message);) take(message);
      End();
    }

    void End() {
      const std::lock_guard lock(mutex_);
      stream_ = nullptr;
      has_ended_ = true;
      opened_.notify_all();
    }

   private:
    std::mutex mutex_;
    std::condition_variable opened_;
    Stream* stream_ = nullptr;
    bool has_ended_ = false;
  };

  struct ControlService final : fn::BeamFnControl::Service {
    explicit ControlService(Impl& owner) : impl(owner) {}
    grpc::Status Control(grpc::ServerContext* /*context*/,
                         grpc::ServerReaderWriter<fn::InstructionRequest, fn::InstructionResponse>* stream) override {
      impl.control_stream_.Read(stream, [this](fn::InstructionResponse& response) { impl.Deliver(response); });
      impl.data_stream_.End();
      impl.LoseWorker();
      return grpc::Status::OK;
    }
    grpc::Status GetProcessBundleDescriptor(grpc::ServerContext* /*context*/,
                                            const fn::GetProcessBundleDescriptorRequest* request,
                                            fn::ProcessBundleDescriptor* response) override {
      const std::lock_guard lock(impl.mutex_);
      const auto found = impl.stages_.find(request->process_bundle_descriptor_id());
      if (found == impl.stages_.end()) {
        return {grpc::NOT_FOUND, "there is no stage '" + request->process_bundle_descriptor_id() + "'"};
      }
      *response = found->second;
      return grpc::Status::OK;
    }
    Impl& impl;
  };

  struct DataService final : fn::BeamFnData::Service {
    explicit DataService(Impl& owner) : impl(owner) {}
    grpc::Status Data(grpc::ServerContext* /*context*/,
                      grpc::ServerReaderWriter<fn::Elements, fn::Elements>* stream) override {
      impl.data_stream_.Read(stream, [this](fn::Elements& elements) { impl.Deliver(elements); });
      return grpc::Status::OK;
    }
    Impl& impl;
  };

  struct StateService final : fn::BeamFnState::Service {
    explicit StateService(Impl& owner) : impl(owner) {}
    grpc::Status State(grpc::ServerContext* /*context*/,
                       grpc::ServerReaderWriter<fn::StateResponse, fn::StateRequest>* stream) override {
      for (fn::StateRequest request; stream->Read(&request);) {
        fn::StateResponse response;
        response.set_id(request.id());
        try {
          if (!request.has_get()) throw Error("state can only be read here");
          impl.ReadPage(request, *response.mutable_get());
        } catch (const std::exception& error) {
          response.set_error(error.what());
        }
        stream->Write(response);
      }
      return grpc::Status::OK;
    }
    Impl& impl;
  };

  void ReadPage(const fn::StateRequest& request, fn::StateGetResponse& page) const {
    const std::shared_ptr<const std::string> all = read_state_(request.state_key());
    // A token is where in the bytes it goes on.
    const std::string& token = request.get().continuation_token();
    const std::size_t begin = token.empty() ? 0 : std::stoul(token);
    if (begin > all->size()) throw Error("there is no state behind the token " + token);
    page.set_data(all->substr(begin, kPageBytes));
    if (begin + kPageBytes < all->size()) page.set_continuation_token(std::to_string(begin + kPageBytes));
  }

  std::shared_ptr<BundleCall::Mailbox> Find(const std::string& instruction) {
    const std::lock_guard lock(mutex_);
    const auto found = mailboxes_.find(instruction);
    return found == mailboxes_.end() ? nullptr : found->second;
  }

  void Deliver(fn::InstructionResponse& response) {
    // Answers to a Stop belong to no bundle.
    const auto mailbox = Find(response.instruction_id());
    if (mailbox == nullptr) return;
    mailbox->Change([&](BundleCall::Answer& answer) { answer.response = std::move(response); });
  }

  void Deliver(fn::Elements& elements) {
    for (fn::Elements::Data& data : *elements.mutable_data()) {
      if (const auto mailbox = Find(data.instruction_id())) {
        mailbox->Change([&](BundleCall::Answer& answer) { answer.elements.push_back(std::move(data)); });
      }
    }
  }

  void LoseWorker() {
    const std::lock_guard lock(mutex_);
    for (const auto& [instruction, mailbox] : mailboxes_) {
      mailbox->Change([](BundleCall::Answer& answer) {
        answer.response.emplace();
        answer.response->set_error(kGone);
      });
    }
  }

  const ReadState read_state_;
  std::mutex mutex_;
  std::map<std::string, fn::ProcessBundleDescriptor> stages_;
  std::map<std::string, CacheTokens> tokens_;                                        // by stage
  std::unordered_map<std::string, std::shared_ptr<BundleCall::Mailbox>> mailboxes_;  // by instruction
  long instructions_ = 0;
  Slot<fn::InstructionResponse, fn::InstructionRequest> control_stream_;
  Slot<fn::Elements, fn::Elements> data_stream_;
  ControlService control_;
  DataService data_;
  StateService state_;
  std::unique_ptr<grpc::Server> server_;
  std::optional<InProcessEndpoint> endpoint_;
};

FnApiServer::FnApiServer(ReadState read_state) : impl_(std::make_unique<Impl>(std::move(read_state))) {}
FnApiServer::~FnApiServer() = default;
const std::string& FnApiServer::endpoint() const { return impl_->endpoint(); }
void FnApiServer::AddStage(fn::ProcessBundleDescriptor stage, CacheTokens tokens) {
  impl_->AddStage(std::move(stage), std::move(tokens));
}

void FnApiServer::Finalize(const std::string& instruction) {
  const auto mailbox = impl_->Open();
  fn::InstructionRequest request;
  request.set_instruction_id(mailbox->instruction);
  request.mutable_finalize_bundle()->set_instruction_id(instruction);
  impl_->Ask(request);
  const std::string error = mailbox->WaitForResponse().error();
  impl_->Close(mailbox->instruction);
  if (!error.empty()) throw Error(error);
}

BundleCall::BundleCall(FnApiServer& server, const std::string& stage)
    : server_(*server.impl_), stage_(stage), mailbox_(server_.Open()) {}
BundleCall::~BundleCall() { server_.Close(mailbox_->instruction); }
const std::string& BundleCall::instruction() const { return mailbox_->instruction; }

void BundleCall::Begin(Elements elements) {
  fn::InstructionRequest request;
  request.set_instruction_id(mailbox_->instruction);
  request.mutable_process_bundle()->set_process_bundle_descriptor_id(stage_);
  *request.mutable_process_bundle()->mutable_elements() = std::move(elements);
  *request.mutable_process_bundle()->mutable_cache_tokens() = server_.TokensOf(stage_);
  server_.Ask(request);
}

void BundleCall::Send(const Elements& elements) { server_.Send(*mailbox_, elements); }

void BundleCall::Stop(const std::string& source) {
  fn::InstructionRequest request;
  request.set_instruction_id(mailbox_->instruction + "/stop");
  fn::ProcessBundleSplitRequest& split = *request.mutable_process_bundle_split();
  split.set_instruction_id(mailbox_->instruction);
  auto& wish = (*split.mutable_desired_splits())[source];
  wish.set_fraction_of_remainder(0);
  wish.set_estimated_input_elements(std::numeric_limits<std::int64_t>::max());
  server_.Ask(request);
}

bool BundleCall::Wait(std::chrono::milliseconds timeout, Answer& answer) {
  std::unique_lock lock(mailbox_->mutex);
  Answer& come = mailbox_->answer;
  mailbox_->changed.wait_for(lock, timeout, [&] { return !come.elements.empty() || come.response.has_value(); });
  answer.elements = std::exchange(come.elements, {});
  answer.response = std::exchange(come.response, std::nullopt);
  return !answer.elements.empty() || answer.response.has_value();
}

}  // namespace beam
