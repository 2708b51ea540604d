// RemoteStage: a stage whose bundles a worker runs, behind the Fn API: the elements of a bundle encoded on their way
// there, and decoded on their way back into the chunks and segments that the engine takes over.
//
// One thread. May be used again after an exception.
#pragma once

#include <memory>
#include <vector>

#include "beam/runners/direct/bundle_runner.h"
#include "beam/runners/fn_api/fn_api_server.h"

namespace beam {

class RemoteStage {
 public:
  // All outlive it.
  RemoteStage(const EngineState& engine, const Stage& stage, FnApiServer& server);
  ~RemoteStage();
  RemoteStage(const RemoteStage&) = delete;
  RemoteStage& operator=(const RemoteStage&) = delete;

  // As BundleRunner::Process.
  BundleOutput Process(Bundle& bundle);

 private:
  class Source;
  class Sink;

  void SendElements(Bundle& bundle, BundleCall& call);
  // Returns the worker's answer to the bundle, when all elements have come, too.
  BundleCall::Response ReceiveElements(BundleCall& call);
  void Receive(const BundleCall::Elements::Data& data);
  std::vector<std::pair<int, MetricCells>> MetricsOf(const BundleCall::Response& response) const;
  bool ShouldStop() const;

  const EngineState& engine_;
  const Stage& stage_;
  FnApiServer& server_;
  // What comes of a bundle is ordered as what came of its last element.
  StageCursor cursor_;
  std::unique_ptr<Source> source_;
  std::vector<std::unique_ptr<Sink>> sinks_;  // in the order of the stage's
};

}  // namespace beam
