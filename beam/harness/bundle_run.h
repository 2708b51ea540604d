// BundleRun: the operators of one stage in a worker, with an engine's data streams at their ends. It runs one bundle
// after the other and is kept in between, so that DoFns are set up once.
//
// Begin() and Process() in one thread at a time; what is said to be for any thread, from Begin() until that thread has
// been told not to (ActiveBundles). After an exception it must be destroyed.
#pragma once

#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.pb.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
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

  // A bundle begins: before Process(), and before any thread may ask for a split of it. Elements that came with the
  // request are taken out of it.
  void Begin(const std::string& instruction, org::apache::beam::model::fn_execution::v1::ProcessBundleRequest& request);

  // Reads all elements that the engine sends for the bundle, and sends what becomes of them. Where that is little, and
  // all that there is, it is put into `embedded` instead, unless that is null. Throws Error.
  void Process(org::apache::beam::model::fn_execution::v1::Elements* embedded);

  // What is to be called when the engine has made the bundle's outputs safe. After Process().
  std::vector<BundleFinalizer::Callback> TakeCallbacks() { return processor_->finalizer().Take(); }

  // What the bundle amounts to so far, in Beam's terms: of all PCollections that somebody reads, and of all steps. By
  // any thread.
  using Metrics = std::vector<org::apache::beam::model::pipeline::v1::MonitoringInfo>;
  Metrics ReadMetrics() const;
  // Whether it works on what it was sent, and does not wait for more. By any thread.
  bool IsConsuming() const { return is_consuming_.load(std::memory_order_relaxed); }

  // By one thread: adds `passed` to the time of the step that it is at.
  void Sample(std::chrono::microseconds passed);
  // By any thread: sends what has gathered.
  void Flush();
  // By any thread: the step that it is at, for people.
  std::string Describe() const;

  // By any thread. Leaves a part of the elements that are not begun to the engine: of source `transform`, as the engine
  // wishes. False if there is nothing to leave.
  bool Split(const std::string& transform,
             const org::apache::beam::model::fn_execution::v1::ProcessBundleSplitRequest::DesiredSplit& wish,
             org::apache::beam::model::fn_execution::v1::ProcessBundleSplitResponse::ChannelSplit& split);

 private:
  class Sink;
  class SideInputs;
  class State;
  using CacheTokens = std::map<std::pair<std::string, std::string>, std::string>;  // by transform and side input
  struct Source {
    const BundleEnd* end;
    DataStream* stream = nullptr;  // of the bundle
    AnyReceiver root;
    ElementGate gate;
    LiveMetricCell sizes;  // the mean size of the elements of each piece
    bool is_done = false;  // no more of its elements are processed
    bool has_all = false;  // that the engine sends
  };

  AnyReceiver MakeSink(const StageSink& sink, const ElementType& type, const StageCursor* cursor) override;
  ShuffleWriter* MakeShuffleWriter(int transform, const StageCursor* cursor) override;
  std::unique_ptr<SideInputReader> MakeSideInputReader(const TransformNode& transform) override;
  bool Counts(int pcollection) const override;

  // All that the engine keeps under `key`, for the bundle in progress. Throws Error.
  WireOrigin GetState(const StateClient::Key& key);

  void ReadElements();
  void Feed(Source& source, std::string bytes);
  // The step that the thread of the bundle is at, or null. While somebody keeps the bundle from ending.
  StepContext* CurrentStep() const;
  void SendRest(org::apache::beam::model::fn_execution::v1::Elements* embedded);

  const std::shared_ptr<const BundleGraph> graph_;
  WorkerServices& services_;
  std::string instruction_;       // of the bundle in progress
  std::shared_ptr<State> state_;  // of the bundle in progress
  std::atomic<bool> is_consuming_{false};
  std::atomic<const std::atomic<const LogStep*>*> at_{nullptr};  // where its thread says what it is at
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::vector<std::unique_ptr<Operator>> encoders_;  // into the sinks
  std::vector<SideInputs*> side_inputs_;             // of the processor's steps
  std::unique_ptr<BundleProcessor> processor_;
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace beam
