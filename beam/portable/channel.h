// gRPC channels to the services of an engine, and what their failures say.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/server.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "beam/portable/keepalive.h"

namespace beam {

// Opens a channel to `endpoint` (host:port, or an InProcessEndpoint's name); it connects when first used. Messages may
// have any size, as engines send whole bundles in one. A server that goes away and comes back is found again within a
// second; of one whose machine has vanished, calls fail when `keepalive` says so.
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& endpoint, const Keepalive& keepalive = {});

// Gives a server of this process a name by which OpenChannel reaches it without a socket, as long as this lives. The
// server must outlive it. Thread-safe.
class InProcessEndpoint {
 public:
  explicit InProcessEndpoint(grpc::Server& server);
  ~InProcessEndpoint();
  InProcessEndpoint(const InProcessEndpoint&) = delete;
  InProcessEndpoint& operator=(const InProcessEndpoint&) = delete;

  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

// From now on what gRPC itself has to say is logged at Severity::kDebug instead of being printed: whatever matters
// comes back as the status of a call. OpenChannel does so; servers call it before they are built.
void LogGrpcAsDebug();

// What a call that failed has to say: its message, or the name of its code where there is none.
std::string TextOf(const grpc::Status& status);

}  // namespace beam
