#include "beam/portable/channel.h"

#include <grpc/support/log.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <map>
#include <mutex>

#include "beam/base/log.h"

namespace beam {
namespace {

const char* NameOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::OK: return "no error";
    case grpc::CANCELLED: return "the call was cancelled";
    case grpc::INVALID_ARGUMENT: return "an argument is not valid";
    case grpc::DEADLINE_EXCEEDED: return "no answer in time";
    case grpc::NOT_FOUND: return "not found";
    case grpc::PERMISSION_DENIED: return "not permitted";
    case grpc::UNAUTHENTICATED: return "not authenticated";
    case grpc::RESOURCE_EXHAUSTED: return "a resource is exhausted";
    case grpc::UNIMPLEMENTED: return "the server does not know this call";
    case grpc::UNAVAILABLE: return "the server cannot be reached";
    default: return "the server failed, and only its log says why";
  }
}

// The servers of this process that have a name.
struct InProcessServers {
  std::mutex mutex;
  std::map<std::string, grpc::Server*> by_name;
  long next = 0;

  static InProcessServers& Instance() {
    static InProcessServers servers;
    return servers;
  }
};

void LogLine(gpr_log_func_args* line) { LogDebug(std::string("gRPC: ") + line->message); }

}  // namespace

void LogGrpcAsDebug() { gpr_set_log_function(&LogLine); }

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& endpoint, const Keepalive& keepalive) {
  LogGrpcAsDebug();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  {
    InProcessServers& servers = InProcessServers::Instance();
    const std::lock_guard lock(servers.mutex);
    const auto server = servers.by_name.find(endpoint);
    if (server != servers.by_name.end()) return server->second->InProcessChannel(arguments);
  }
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(keepalive.after.count()));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, static_cast<int>(keepalive.patience.count()));
  // However long there is nothing else to send: by itself gRPC asks twice only.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Engines are named by their own address; a proxy that the environment names is for other hosts.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), arguments);
}

InProcessEndpoint::InProcessEndpoint(grpc::Server& server) {
  InProcessServers& servers = InProcessServers::Instance();
  const std::lock_guard lock(servers.mutex);
  name_ = "in-process:" + std::to_string(++servers.next);
  servers.by_name[name_] = &server;
}

InProcessEndpoint::~InProcessEndpoint() {
  InProcessServers& servers = InProcessServers::Instance();
  const std::lock_guard lock(servers.mutex);
  servers.by_name.erase(name_);
}

std::string TextOf(const grpc::Status& status) {
  return status.error_message().empty() ? NameOf(status.error_code()) : status.error_message();
}

}  // namespace beam
