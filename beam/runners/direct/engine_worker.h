// EngineWorker: what one thread of the engine keeps: its operators of each stage, and how it processes a bundle.
// One thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "beam/exec/bundle_processor.h"
#include "beam/exec/stage.h"
#include "beam/runners/direct/bundle.h"
#include "beam/runners/direct/shuffle_output.h"
#include "beam/runners/direct/side_input_store.h"

namespace beam {

// What a bundle made: to be taken over by the engine as a whole, or dropped as a whole.
struct BundleOutput {
  std::vector<std::shared_ptr<const ElementChunk>> chunks;  // by sink of the stage; null for group sinks
  std::vector<ShuffleOutput> groups;                        // by sink of the stage; empty for other sinks
  std::vector<std::pair<int, MetricCells>> metrics;         // by transform
  std::vector<WorkRange> resumed;                           // elements that go on later
};

class EngineWorker {
 public:
  using SideInputs = std::map<int, std::unique_ptr<SideInputStore>>;  // by PCollection

  // All outlive the worker. `stop` ends a bundle with Cancelled; `idle` is how many workers have nothing to do.
  EngineWorker(const Graph& graph, const StagePlan& plan, const SideInputs& side_inputs, ShuffleMemory& shuffle_memory,
               const std::atomic<bool>& stop, const std::atomic<int>& idle);
  ~EngineWorker();

  // Processes what can be claimed of the bundle. Takes no more after about kBundleTime. Throws what a step throws; the
  // stage's operators are then torn down.
  BundleOutput Process(Bundle& bundle);

 private:
  class StageInstance;

  StageInstance& Instance(const Stage& stage);
  void ProcessElements(StageInstance& instance, Bundle& bundle);
  void ProcessResumable(StageInstance& instance, Bundle& bundle, BundleOutput& output);
  void CheckStop() const;

  const Graph& graph_;
  const StagePlan& plan_;
  const SideInputs& side_inputs_;
  ShuffleMemory& shuffle_memory_;
  const std::atomic<bool>& stop_;
  const std::atomic<int>& idle_;
  std::map<int, std::unique_ptr<StageInstance>> instances_;
};

}  // namespace beam
