#include "beam/harness/provision.h"

#include <grpcpp/client_context.h>
#include <org/apache/beam/model/fn_execution/v1/beam_provision_api.grpc.pb.h>

#include <chrono>

#include "beam/base/error.h"
#include "beam/portable/channel.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;

namespace {

constexpr std::chrono::seconds kTimeout{30};

}  // namespace

ProvisionInfo AskForProvisions(const std::string& worker, const std::string& endpoint) {
  if (endpoint.empty()) return {};
  const auto stub = fn::ProvisionService::NewStub(OpenChannel(endpoint));
  grpc::ClientContext context;
  context.AddMetadata("worker_id", worker);
  context.set_deadline(std::chrono::system_clock::now() + kTimeout);
  context.set_wait_for_ready(true);
  fn::GetProvisionInfoResponse response;
  const grpc::Status status = stub->GetProvisionInfo(&context, {}, &response);
  if (!status.ok()) throw Error("the provision service at " + endpoint + " does not answer: " + TextOf(status));
  return response.info();
}

void TakeProvisions(const ProvisionInfo& info, HarnessOptions& options) {
  options.status = info.status_endpoint().url();
  options.runner_capabilities = {info.runner_capabilities().begin(), info.runner_capabilities().end()};
}

}  // namespace beam
