#include "beam/exec/stage.h"

#include <algorithm>
#include <cassert>
#include <set>

namespace beam {
namespace {

class Fuser {
 public:
  explicit Fuser(const Graph& graph) : graph_(graph), home_(graph.pcollections().size(), -1) {}

  StagePlan Run() {
    for (const TransformNode& transform : graph_.transforms()) Place(transform);
    return std::move(plan_);
  }

 private:
  Stage& stage(int id) { return plan_.stages[static_cast<std::size_t>(id)]; }
  int Home(int pcollection) const { return home_[static_cast<std::size_t>(pcollection)]; }
  void SetHome(int pcollection, int stage_id) { home_[static_cast<std::size_t>(pcollection)] = stage_id; }

  void Place(const TransformNode& transform) {
    switch (transform.kind) {
      case TransformKind::kComposite: return;
      case TransformKind::kImpulse: {
        Stage& made = NewStage(RootKind::kImpulse);
        made.root_transform = transform.id;
        made.root_pcollection = transform.outputs.at(0).pcollection;
        SetHome(made.root_pcollection, made.id);
        return;
      }
      case TransformKind::kReshuffle: {
        const int output = transform.outputs.at(0).pcollection;
        SetHome(output, QueueStage(transform.inputs, output));
        return;
      }
      case TransformKind::kFlatten: return PlaceFlatten(transform);
      case TransformKind::kGroupByKey:
      case TransformKind::kCombinePerKey: return PlaceGrouping(transform);
      case TransformKind::kParDo:
      case TransformKind::kWindowInto: return PlaceStep(transform);
      case TransformKind::kPrecombine:
      case TransformKind::kMergeAccumulators:
      case TransformKind::kExtractOutputs:
      case TransformKind::kCombineGroupedValues:
      case TransformKind::kToString: break;
    }
    assert(false);  // an engine has cut such a graph already
  }

  // A flatten within one stage is no more than wires; of several stages, a queue.
  void PlaceFlatten(const TransformNode& transform) {
    const int output = transform.outputs.at(0).pcollection;
    const int first_home = Home(transform.inputs.front());
    const bool is_one_stage = std::all_of(transform.inputs.begin(), transform.inputs.end(),
                                          [&](int input) { return Home(input) == first_home; });
    if (is_one_stage) {
      stage(first_home).transforms.push_back(transform.id);
      SetHome(output, first_home);
    } else {
      SetHome(output, QueueStage(transform.inputs, output));
    }
  }

  void PlaceGrouping(const TransformNode& transform) {
    const int input = transform.inputs.front();
    const int writer = Home(input);
    stage(writer).sinks.push_back({SinkKind::kGroups, input, transform.id, -1});
    Stage& reader = NewStage(RootKind::kGroups);
    reader.root_transform = transform.id;
    reader.producers = {writer};
    if (transform.kind == TransformKind::kCombinePerKey) reader.transforms.push_back(transform.id);
    SetHome(transform.outputs.at(0).pcollection, reader.id);
  }

  void PlaceStep(const TransformNode& transform) {
    const int input = transform.inputs.front();
    int place = Home(input);
    if (transform.resumes || WouldWaitForItself(place, transform)) place = QueueStage({input}, input);
    stage(place).transforms.push_back(transform.id);
    for (const SideInputNode& side : transform.side_inputs) AddSideInput(place, side.pcollection);
    for (const OutputNode& output : transform.outputs) SetHome(output.pcollection, place);
  }

  void AddSideInput(int reader, int pcollection) {
    std::vector<int>& waits = stage(reader).side_inputs;
    if (std::find(waits.begin(), waits.end(), pcollection) == waits.end()) waits.push_back(pcollection);
    std::vector<StageSink>& sinks = stage(Home(pcollection)).sinks;
    const bool is_there = std::any_of(sinks.begin(), sinks.end(), [&](const StageSink& sink) {
      return sink.kind == SinkKind::kSideInput && sink.pcollection == pcollection;
    });
    if (!is_there) sinks.push_back({SinkKind::kSideInput, pcollection, -1, -1});
  }

  // Whether a side input of the step depends on what `place` makes.
  bool WouldWaitForItself(int place, const TransformNode& transform) {
    return std::any_of(transform.side_inputs.begin(), transform.side_inputs.end(),
                       [&](const SideInputNode& side) { return DependsOn(Home(side.pcollection), place); });
  }

  bool DependsOn(int stage_id, int other) {
    std::set<int> seen;
    std::vector<int> left{stage_id};
    while (!left.empty()) {
      const int id = left.back();
      left.pop_back();
      if (id == other) return true;
      if (!seen.insert(id).second) continue;
      for (const int producer : stage(id).producers) left.push_back(producer);
      for (const int side : stage(id).side_inputs) left.push_back(Home(side));
    }
    return false;
  }

  // A new stage that reads a queue into which all of `inputs` go; `root` is what its elements are called there.
  int QueueStage(const std::vector<int>& inputs, int root) {
    Stage& made = NewStage(RootKind::kQueue);
    made.root_pcollection = root;
    const int id = made.id;
    for (const int input : inputs) {
      stage(Home(input)).sinks.push_back({SinkKind::kQueue, input, -1, id});
      stage(id).producers.push_back(Home(input));
    }
    return id;
  }

  Stage& NewStage(RootKind root) {
    Stage made;
    made.id = static_cast<int>(plan_.stages.size());
    made.root = root;
    plan_.stages.push_back(std::move(made));
    return plan_.stages.back();
  }

  const Graph& graph_;
  StagePlan plan_;
  std::vector<int> home_;  // by PCollection: the stage in which its elements pass from step to step
};

}  // namespace

StagePlan Fuse(const Graph& graph) { return Fuser(graph).Run(); }

}  // namespace beam
