#include "beam/harness/provision.h"

#include <grpcpp/client_context.h>
#include <org/apache/beam/model/fn_execution/v1/beam_provision_api.grpc.pb.h>

#include <chrono>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/harness/worker_options.h"
#include "beam/portable/channel.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;

namespace {

// Containers may be up before their engine is: as long as the boot program of Beam's Go SDK has for it.
constexpr std::chrono::seconds kTimeout{120};
// Then whoever watches the container is told what it waits for.
constexpr std::chrono::seconds kQuietTime{5};

}  // namespace

ProvisionInfo AskForProvisions(const std::string& worker, const std::string& endpoint) {
  if (endpoint.empty()) return {};
  const auto stub = fn::ProvisionService::NewStub(OpenChannel(endpoint));
  fn::GetProvisionInfoResponse response;
  const auto ask = [&](std::chrono::seconds patience) {
    grpc::ClientContext context;
    context.AddMetadata("worker_id", worker);
    context.set_deadline(std::chrono::system_clock::now() + patience);
    context.set_wait_for_ready(true);
    return stub->GetProvisionInfo(&context, {}, &response);
  };
  grpc::Status status = ask(kQuietTime);
  if (status.error_code() == grpc::DEADLINE_EXCEEDED) {
    LogInfo("worker " + worker + " waits for the provision service at " + endpoint);
    status = ask(kTimeout - kQuietTime);
  }
  if (!status.ok()) throw Error("the provision service at " + endpoint + " does not answer: " + TextOf(status));
  return response.info();
}

void TakeProvisions(const ProvisionInfo& info, HarnessOptions& options) {
  options.status = info.status_endpoint().url();
  options.runner_capabilities = {info.runner_capabilities().begin(), info.runner_capabilities().end()};
  const WorkerOptions worker = ReadWorkerOptions(info.pipeline_options());
  if (worker.side_input_cache_bytes) options.side_input_cache_bytes = *worker.side_input_cache_bytes;
}

}  // namespace beam
