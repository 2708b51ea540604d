// BundleRunner: what a thread of the engine has bundles processed by: operators of its own (EngineWorker), or a worker
// that it speaks to by the Fn API (beam/runners/fn_api).
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "beam/exec/stage.h"
#include "beam/model/graph.h"
#include "beam/model/metrics.h"
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
  std::vector<std::function<void()>> after_commit;          // to be called once the engine has taken it over
};

// One thread.
class BundleRunner {
 public:
  virtual ~BundleRunner() = default;

  // Processes what it claims of the bundle. Throws what a step throws; its DoFns are then torn down. Throws Cancelled
  // where the run is to stop.
  virtual BundleOutput Process(Bundle& bundle) = 0;
};

// What the engine has for its runners of bundles. All outlives them.
struct EngineState {
  using SideInputs = std::map<int, std::unique_ptr<SideInputStore>>;  // by PCollection

  const Graph& graph;
  const StagePlan& plan;
  const SideInputs& side_inputs;
  ShuffleMemory& shuffle_memory;
  const std::atomic<bool>& stop;  // bundles are to end with Cancelled
  const std::atomic<int>& idle;   // how many threads have nothing to do
};

// Makes the runners of bundles of one run; it outlives them, and is gone before the run is said to have ended.
class BundleRunners {
 public:
  virtual ~BundleRunners() = default;
  // By any thread, for itself.
  virtual std::unique_ptr<BundleRunner> Make() = 0;
};

using MakeBundleRunners = std::function<std::unique_ptr<BundleRunners>(const EngineState&)>;

}  // namespace beam
