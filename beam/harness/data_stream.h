// DataStream: the elements of all bundles of a worker, to and from one endpoint of an engine's Data API.
//
// Thread-safe.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>
#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.grpc.pb.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "beam/harness/inbox.h"
#include "beam/harness/stream_writer.h"
#include "beam/portable/keepalive.h"

namespace beam {

class DataStream {
 public:
  using Elements = org::apache::beam::model::fn_execution::v1::Elements;

  // Elements for `worker` at host:port.
  DataStream(const std::string& endpoint, const std::string& worker, const Keepalive& keepalive);
  ~DataStream();
  DataStream(const DataStream&) = delete;
  DataStream& operator=(const DataStream&) = delete;

  // Ends the stream; whoever waits for it is told.
  void Stop() { context_.TryCancel(); }

  // The elements of the bundle that `instruction` names. The same each time until Close(instruction). Throws Error for
  // one that was closed.
  std::shared_ptr<Inbox> Open(const std::string& instruction);
  // The bundle has been asked for, so what comes for it will be taken, if not at once: it may wait.
  void Expect(const std::string& instruction);
  // The bundle has ended: what still comes for it is dropped.
  void Close(const std::string& instruction);

  // As if they had come by the stream.
  void Deliver(Elements& elements);

  // Why it has ended; empty while it has not.
  std::string error() const {
    const std::lock_guard lock(mutex_);
    return error_;
  }

  // Waits while the engine does not read. Throws Error if the stream has ended.
  void Send(Elements elements);

 private:
  void Read();
  // Null for a bundle that has ended.
  std::shared_ptr<Inbox> Find(const std::string& instruction);

  // Engines may still send for bundles that have ended; so many are remembered.
  static constexpr std::size_t kMostClosed = 4096;

  grpc::ClientContext context_;
  std::unique_ptr<org::apache::beam::model::fn_execution::v1::BeamFnData::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<Elements, Elements>> stream_;
  std::unique_ptr<StreamWriter<Elements>> writer_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Inbox>> inboxes_;
  std::set<std::string> closed_;
  std::deque<std::string> closed_order_;
  std::string error_;  // once the stream has ended
  std::thread reader_;
};

}  // namespace beam
