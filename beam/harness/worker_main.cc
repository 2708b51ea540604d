#include "beam/harness/worker_main.h"

#include <grpcpp/client_context.h>
#include <org/apache/beam/model/fn_execution/v1/beam_provision_api.grpc.pb.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/harness/harness.h"
#include "beam/harness/log_stream.h"
#include "beam/portable/channel.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;

namespace {

constexpr std::chrono::seconds kProvisionTimeout{30};

std::string Unquoted(std::string text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') return text.substr(1, text.size() - 2);
  return text;
}

// Fills in the addresses that the engine tells.
void Provision(WorkerFlags& flags) {
  if (flags.provision_endpoint.empty()) return;
  const auto stub = fn::ProvisionService::NewStub(OpenChannel(flags.provision_endpoint));
  grpc::ClientContext context;
  context.AddMetadata("worker_id", flags.id);
  context.set_deadline(std::chrono::system_clock::now() + kProvisionTimeout);
  context.set_wait_for_ready(true);
  fn::GetProvisionInfoResponse response;
  const grpc::Status status = stub->GetProvisionInfo(&context, {}, &response);
  if (!status.ok()) {
    throw Error("the provision service at " + flags.provision_endpoint + " does not answer: " + TextOf(status));
  }
  const auto take = [](std::string& endpoint, const std::string& told) {
    if (!told.empty()) endpoint = told;
  };
  take(flags.control_endpoint, response.info().control_endpoint().url());
  take(flags.logging_endpoint, response.info().logging_endpoint().url());
}

}  // namespace

bool IsWorkerCommand(const std::vector<std::string>& arguments) {
  bool has_id = false;
  bool has_endpoint = false;
  for (const std::string_view argument : arguments) {
    has_id |= argument.starts_with("--id=");
    has_endpoint |= argument.starts_with("--provision_endpoint=") || argument.starts_with("--control_endpoint=");
  }
  return has_id && has_endpoint;
}

WorkerFlags ParseWorkerFlags(const std::vector<std::string>& arguments) {
  WorkerFlags flags;
  const std::pair<std::string_view, std::string*> known[] = {{"--id=", &flags.id},
                                                             {"--provision_endpoint=", &flags.provision_endpoint},
                                                             {"--control_endpoint=", &flags.control_endpoint},
                                                             {"--logging_endpoint=", &flags.logging_endpoint}};
  for (const std::string& argument : arguments) {
    for (const auto& [prefix, value] : known) {
      if (argument.starts_with(prefix)) *value = Unquoted(argument.substr(prefix.size()));
    }
  }
  return flags;
}

int RunWorker(const std::vector<std::string>& arguments) {
  WorkerFlags flags = ParseWorkerFlags(arguments);
  try {
    Provision(flags);
    if (flags.control_endpoint.empty()) throw Error("the engine gives no address of its control service");
    std::optional<LogStream> log;
    if (!flags.logging_endpoint.empty()) log.emplace(flags.logging_endpoint, flags.id);
    try {
      Harness({.id = flags.id, .control = flags.control_endpoint}).Run();
    } catch (const std::exception& error) {
      LogError(std::string("the worker ends: ") + error.what());
      throw;
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "worker %s: %s\n", flags.id.c_str(), error.what());
    return 1;
  }
}

}  // namespace beam
