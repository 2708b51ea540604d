// FnApiServer: an engine's side of Beam's Fn API, for one worker in the same process: the control, data and state
// services, without a socket.
//
//   FnApiServer server(read_state);
//   server.AddStage(descriptor, {});                      // its endpoints being server.endpoint()
//   ... a worker connects to server.endpoint() ...
//   BundleCall call(server, descriptor.id());             // any number at a time, each with a thread of its own
//   call.Begin(elements); call.Send(more);
//   while (call.Wait(time, answer)) ...
//
// Thread-safe, but AddStage is to come before the first bundle; a BundleCall belongs to one thread. All bundles share
// one stream of each kind, as they do with other engines.
#pragma once

#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.pb.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace beam {

class FnApiServer {
 public:
  using StateKey = org::apache::beam::model::fn_execution::v1::StateKey;
  using CacheTokens =
      google::protobuf::RepeatedPtrField<org::apache::beam::model::fn_execution::v1::ProcessBundleRequest::CacheToken>;
  // All that is kept under a key. Called by a thread of the server; may throw Error, which the worker is told.
  using ReadState = std::function<std::shared_ptr<const std::string>(const StateKey& key)>;

  explicit FnApiServer(ReadState read_state);
  // The worker must have gone.
  ~FnApiServer();
  FnApiServer(const FnApiServer&) = delete;
  FnApiServer& operator=(const FnApiServer&) = delete;

  const std::string& endpoint() const;
  // `tokens` are given to all bundles of the stage.
  void AddStage(org::apache::beam::model::fn_execution::v1::ProcessBundleDescriptor stage, CacheTokens tokens);

  // Tells the worker that what the bundle made is safe, and waits for what it does then. Throws Error if the worker
  // does not answer that it has.
  void Finalize(const std::string& instruction);

 private:
  friend class BundleCall;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

class BundleCall {
 public:
  using Elements = org::apache::beam::model::fn_execution::v1::Elements;
  using Response = org::apache::beam::model::fn_execution::v1::InstructionResponse;

  // What comes from the worker next: elements of the bundle, or, at last, the response.
  struct Answer {
    std::vector<Elements::Data> elements;
    std::optional<Response> response;
  };

  BundleCall(FnApiServer& server, const std::string& stage);
  ~BundleCall();
  BundleCall(const BundleCall&) = delete;
  BundleCall& operator=(const BundleCall&) = delete;

  // What elements are to be addressed to.
  const std::string& instruction() const;

  // Asks for the bundle; `elements` go with the request. Throws Error if the worker has gone.
  void Begin(Elements elements);
  // Further elements. Waits while the worker does not read. Throws Error if the worker has gone.
  void Send(const Elements& elements);
  // Asks the worker to process no more of the elements of `source` than it has begun.
  void Stop(const std::string& source);

  // What has come, waiting for it at most so long; false if that is nothing. That the worker has gone is a response
  // with an error.
  bool Wait(std::chrono::milliseconds timeout, Answer& answer);

 private:
  struct Mailbox;
  friend class FnApiServer;

  FnApiServer::Impl& server_;
  std::string stage_;
  std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace beam
