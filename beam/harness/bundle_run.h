// BundleRun: the operators of one stage in a worker, with an engine's data streams at their ends. It runs one bundle
// after the other and is kept in between, so that DoFns are set up once.
//
// Begin() and Process() in one thread at a time; ReadProgress() and Split() from any thread, from Begin() on. After an
// exception it must be destroyed.
#pragma once

#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.pb.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "beam/exec/bundle_processor.h"
#include "beam/harness/state_client.h"
#include "beam/harness/worker_services.h"
#include "beam/model/element_gate.h"
#include "beam/portable/bundle_graph.h"

namespace beam {

class BundleRun final : private StageEnvironment {
 public:
  BundleRun(std::shared_ptr<const BundleGraph> graph, WorkerServices& services);
  ~BundleRun() override;

  // A bundle begins: before Process(), and before any thread may ask for a split of it. `elements` are those that came
  // with the request itself.
  void Begin(const std::string& instruction, org::apache::beam::model::fn_execution::v1::Elements& elements);

  // Reads all elements that the engine sends for the bundle, and sends what becomes of them. Throws Error.
  void Process();

  // What the bundle that was processed last amounts to, in Beam's terms.
  using Metrics = std::vector<org::apache::beam::model::pipeline::v1::MonitoringInfo>;
  Metrics TakeMetrics();
  // What can be said while it runs.
  Metrics ReadProgress() const;

  // Leaves a part of the elements that are not begun to the engine: of source `transform`, as the engine wishes. False
  // if there is nothing to leave.
  bool Split(const std::string& transform,
             const org::apache::beam::model::fn_execution::v1::ProcessBundleSplitRequest::DesiredSplit& wish,
             org::apache::beam::model::fn_execution::v1::ProcessBundleSplitResponse::ChannelSplit& split);

 private:
  class Sink;
  class SideInputs;
  class State;
  struct Source {
    const BundleEnd* end;
    AnyReceiver root;
    ElementGate gate;
    bool is_done = false;  // no more of its elements are processed
    bool has_all = false;  // that the engine sends
  };

  AnyReceiver MakeSink(const StageSink& sink, const ElementType& type, const StageCursor* cursor) override;
  ShuffleWriter* MakeShuffleWriter(int transform, const StageCursor* cursor) override;
  std::unique_ptr<SideInputReader> MakeSideInputReader(const TransformNode& transform) override;

  // All that the engine keeps under `key`, for the bundle in progress. Throws Error.
  WireOrigin GetState(const StateClient::Key& key);

  void ReadElements();
  void SendRest();

  const std::shared_ptr<const BundleGraph> graph_;
  WorkerServices& services_;
  std::string instruction_;       // of the bundle in progress
  std::shared_ptr<State> state_;  // of the bundle in progress
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::vector<std::unique_ptr<Operator>> encoders_;  // into the sinks
  std::unique_ptr<BundleProcessor> processor_;
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace beam
