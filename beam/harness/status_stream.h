// StatusStream: answers an engine that wants to know how its worker is, for people to read (BeamFnWorkerStatus).
//
// A thread of its own, from construction to destruction. An engine that ends the stream, or does not know of it, asks
// no more; that is no failure.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>
#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.grpc.pb.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace beam {

class StatusStream {
 public:
  // To the status service at host:port, as the worker of that id. `describe` is called each time that it asks.
  StatusStream(const std::string& endpoint, const std::string& worker, std::function<std::string()> describe);
  ~StatusStream();
  StatusStream(const StatusStream&) = delete;
  StatusStream& operator=(const StatusStream&) = delete;

 private:
  using Request = org::apache::beam::model::fn_execution::v1::WorkerStatusRequest;
  using Response = org::apache::beam::model::fn_execution::v1::WorkerStatusResponse;

  void Answer();

  const std::function<std::string()> describe_;
  grpc::ClientContext context_;
  std::unique_ptr<org::apache::beam::model::fn_execution::v1::BeamFnWorkerStatus::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<Response, Request>> stream_;
  std::thread thread_;
};

}  // namespace beam
