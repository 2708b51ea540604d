// BundleProcessor: one stage, made of operators and wired, for one thread. It processes bundle after bundle:
//
//   StartBundle(); feed root() ...; FinishBundle(); TakeMetrics()
//
// What comes out goes to the sinks that its StageEnvironment gave it.
//
// Not thread-safe. After an exception it must be destroyed: what its operators hold is undefined.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "beam/exec/stage.h"
#include "beam/model/graph.h"
#include "beam/model/operator.h"

namespace beam {

// What a stage finds at its ends. Implemented by who runs it: the embedded runner, the worker of an engine.
class StageEnvironment {
 public:
  virtual ~StageEnvironment() = default;
  // Where the elements of a queue or side input sink go; asked in the order of stage.sinks, as for group sinks. What
  // they give must outlive the processor.
  virtual AnyReceiver MakeSink(const StageSink& sink, const ElementType& type, const StageCursor* cursor) = 0;
  // For the group sink of `transform`.
  virtual ShuffleWriter* MakeShuffleWriter(int transform, const StageCursor* cursor) = 0;
  virtual std::unique_ptr<SideInputReader> MakeSideInputReader(const TransformNode& transform) = 0;
  // Whether somebody wants to know of the elements of a PCollection within the stage: BundleProcessor::counters().
  virtual bool Counts(int /*pcollection*/) const { return false; }
};

// The Resume of the step of a stage that has one. The runner sets the token and reads what was yielded.
class StageResume final : public Resume {
 public:
  // `should_yield` is asked each time; set per bundle.
  bool ShouldYield() override { return should_yield_ && should_yield_(); }

  void Begin(std::string token, std::function<bool()> should_yield) {
    token_ = std::move(token);
    should_yield_ = std::move(should_yield);
    yielded_ = false;
  }
  bool yielded() const { return yielded_; }
  const std::string& next_token() const { return next_token_; }

 private:
  std::function<bool()> should_yield_;
};

class BundleProcessor {
 public:
  BundleProcessor(const Graph& graph, const Stage& stage, StageEnvironment& environment);
  ~BundleProcessor();
  BundleProcessor(const BundleProcessor&) = delete;
  BundleProcessor& operator=(const BundleProcessor&) = delete;

  // For kImpulse and kQueue, a receiver of the root PCollection's elements; for kGroups, of KV<K, Iterable<V>>.
  AnyReceiver root() const { return root_; }
  // Of a stage that reads several PCollections, as those of engines may.
  AnyReceiver root(int pcollection) { return Readers(pcollection); }
  StageCursor& cursor() { return cursor_; }
  StageResume& resume() { return resume_; }
  // Of all steps of the stage.
  BundleFinalizer& finalizer() { return finalizer_; }

  void StartBundle();
  void FinishBundle();

  // The metrics of each step since the last call, by transform id.
  std::vector<std::pair<int, MetricCells>> TakeMetrics();

  // By any thread, also while a bundle is processed: the steps, by transform id, with what they count; and what is
  // known of the elements of PCollections that the environment has counted.
  const std::map<int, std::unique_ptr<StepContext>>& steps() const { return steps_; }
  const std::map<int, ElementCounter*>& counters() const { return counters_; }
  // Between two bundles: counts begin anew.
  void ResetMetrics();

 private:
  void MakeSinks(StageEnvironment& environment);
  void MakeOperator(const TransformNode& transform, StageEnvironment& environment);
  void MakePrecombine(const StageSink& sink, AnyReceiver writer);
  StepContext* Step(const TransformNode& transform);
  AnyReceiver Own(std::unique_ptr<Operator> made);
  // One receiver for all that read `pcollection`; an empty one if nobody does.
  AnyReceiver Readers(int pcollection);

  const Graph& graph_;
  const Stage& stage_;
  StageEnvironment& environment_;
  StageCursor cursor_;
  StageResume resume_;
  BundleFinalizer finalizer_;
  AnyReceiver root_;
  std::map<int, std::unique_ptr<StepContext>> steps_;
  std::vector<std::unique_ptr<SideInputReader>> side_inputs_;
  std::map<int, std::vector<AnyReceiver>> readers_;   // by PCollection
  std::map<int, ElementCounter*> counters_;           // likewise
  std::vector<std::unique_ptr<Operator>> operators_;  // from the last to the first: each knows those after it
};

}  // namespace beam
