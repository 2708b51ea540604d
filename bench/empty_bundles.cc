// An engine in this process asks a worker in this process for bundles without elements; prints how many were done a
// second of wall clock. What is left is what a bundle costs by itself: its request with the end of its elements, its
// answer with the end of its outputs, and the start and finish of its steps. The engine takes what engines may take:
// outputs with the answer, metrics by short ids.
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.grpc.pb.h>

#include <chrono>
#include <cinttypes>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "beam/base/error.h"
#include "beam/harness/harness.h"
#include "beam/harness/worker_thread.h"
#include "beam/portable/test_descriptor.h"
#include "beam/portable/urns.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"

namespace {

namespace fn = org::apache::beam::model::fn_execution::v1;
using Clock = std::chrono::steady_clock;

// Asked for ahead of the answers, as engines do that have many bundles.
constexpr int kAhead = 64;

class Engine {
 public:
  explicit Engine(int bundles) : bundles_(bundles), control_(*this) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&control_).RegisterService(&data_);
    server_ = builder.BuildAndStart();
    endpoint_ = "127.0.0.1:" + std::to_string(port);
  }
  ~Engine() { server_->Shutdown(std::chrono::system_clock::now()); }

  const std::string& endpoint() const { return endpoint_; }
  void SetStage(fn::ProcessBundleDescriptor stage) {
    for (const auto& transform : stage.transforms()) {
      if (transform.second.spec().urn() == beam::urn::kSource) source_ = transform.first;
    }
    stage_ = std::move(stage);
  }

  // Bundles a second, the first ones apart. Throws Error for a bundle that failed.
  double Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_over_; });
    if (!error_.empty()) throw beam::Error(error_);
    return (bundles_ - kAhead) / std::chrono::duration<double>(end_ - begin_).count();
  }

 private:
  using ControlStream = grpc::ServerReaderWriter<fn::InstructionRequest, fn::InstructionResponse>;
  using DataStream = grpc::ServerReaderWriter<fn::Elements, fn::Elements>;

  struct ControlService final : fn::BeamFnControl::Service {
    explicit ControlService(Engine& engine) : engine(engine) {}
    grpc::Status Control(grpc::ServerContext* /*context*/, ControlStream* stream) override {
      engine.AskForAll(*stream);
      return grpc::Status::OK;
    }
    grpc::Status GetProcessBundleDescriptor(grpc::ServerContext* /*context*/,
                                            const fn::GetProcessBundleDescriptorRequest* /*request*/,
                                            fn::ProcessBundleDescriptor* response) override {
      *response = engine.stage_;
      return grpc::Status::OK;
    }
    Engine& engine;
  };

  struct DataService final : fn::BeamFnData::Service {
    grpc::Status Data(grpc::ServerContext* /*context*/, DataStream* stream) override {
      for (fn::Elements elements; stream->Read(&elements);) {
      }
      return grpc::Status::OK;
    }
  };

  void AskForAll(ControlStream& stream) {
    int asked = 0;
    for (; asked < kAhead; ++asked) Ask(stream, asked);
    std::string error;
    fn::InstructionResponse response;
    for (int answered = 0; answered < bundles_ && error.empty() && stream.Read(&response); ++answered) {
      if (answered == kAhead - 1) begin_ = Clock::now();
      error = response.error();
      if (error.empty() && response.process_bundle().elements().data().empty()) {
        error = "an answer without the end of its outputs";
      }
      if (asked < bundles_) Ask(stream, asked++);
    }
    const std::lock_guard lock(mutex_);
    end_ = Clock::now();
    error_ = std::move(error);
    is_over_ = true;
    changed_.notify_all();
  }

  void Ask(ControlStream& stream, int number) const {
    fn::InstructionRequest request;
    request.set_instruction_id(std::to_string(number));
    request.mutable_process_bundle()->set_process_bundle_descriptor_id(stage_.id());
    fn::Elements::Data& data = *request.mutable_process_bundle()->mutable_elements()->add_data();
    data.set_instruction_id(request.instruction_id());
    data.set_transform_id(source_);
    data.set_is_last(true);
    stream.Write(request);
  }

  const int bundles_;
  fn::ProcessBundleDescriptor stage_;
  std::string source_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_over_ = false;
  Clock::time_point begin_;
  Clock::time_point end_;
  std::string error_;
  ControlService control_;
  DataService data_;
  std::unique_ptr<grpc::Server> server_;
  std::string endpoint_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    Engine engine(argc > 1 ? std::atoi(argv[1]) : 100'000);
    beam::Pipeline p;
    const auto ones = p | beam::Create("Ones", {std::int64_t{1}});
    ones | beam::Map("Double", [](std::int64_t n) { return 2 * n; });
    engine.SetStage(beam::testing_portable::StageOf(beam::testing_portable::ProtoOf(p), {"Double"}, engine.endpoint()));
    const auto worker =
        beam::StartHarnessThread({.id = "worker",
                                  .control = engine.endpoint(),
                                  .runner_capabilities = {std::string(beam::urn::kEmbedsElementsInResponses),
                                                          std::string(beam::urn::kTakesShortIds)}});
    std::printf("%.0f\n", engine.Wait());
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "empty_bundles: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
