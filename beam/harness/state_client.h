// StateClient: what an engine keeps for its workers: side inputs, and the rest of very large groups.
//
// Thread-safe: requests of all threads go over one stream.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>
#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.grpc.pb.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "beam/coder/wire_coder.h"
#include "beam/portable/keepalive.h"

namespace beam {

class StateClient {
 public:
  using Key = org::apache::beam::model::fn_execution::v1::StateKey;

  StateClient(const std::string& endpoint, const std::string& worker, const Keepalive& keepalive);
  ~StateClient();
  StateClient(const StateClient&) = delete;
  StateClient& operator=(const StateClient&) = delete;

  // Ends the stream; whoever waits for it is told.
  void Stop() { context_.TryCancel(); }

  // What is kept under `key`, for the bundle that `instruction` names: the page that `next` of the one before names, or
  // the first one for an empty `next`. Throws Error.
  WireState::Page GetPage(const std::string& instruction, const Key& key, const std::string& next);
  // Why its stream has ended; empty while it has not.
  std::string error() const {
    const std::lock_guard lock(mutex_);
    return error_;
  }

  // All of its pages, one behind the other.
  std::string Get(const std::string& instruction, const Key& key);

 private:
  using Request = org::apache::beam::model::fn_execution::v1::StateRequest;
  using Response = org::apache::beam::model::fn_execution::v1::StateResponse;

  Response Call(Request request);
  void Read();

  grpc::ClientContext context_;
  std::unique_ptr<org::apache::beam::model::fn_execution::v1::BeamFnState::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
  std::mutex write_mutex_;
  mutable std::mutex mutex_;
  std::condition_variable answered_;
  long next_id_ = 0;
  std::map<std::string, Response> answers_;
  std::string error_;  // once the stream has ended
  std::thread reader_;
};

}  // namespace beam
