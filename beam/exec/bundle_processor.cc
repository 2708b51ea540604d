#include "beam/exec/bundle_processor.h"

#include <cassert>
#include <utility>

#include "beam/model/registry.h"
#include "beam/model/to_string_operator.h"

namespace beam {

BundleProcessor::BundleProcessor(const Graph& graph, const Stage& stage, StageEnvironment& environment)
    : graph_(graph), stage_(stage), environment_(environment) {
  MakeSinks(environment);
  for (auto id = stage.transforms.rbegin(); id != stage.transforms.rend(); ++id) {
    MakeOperator(graph.transform(*id), environment);
  }
  if (stage.root == RootKind::kGroups) {
    const TransformNode& transform = graph.transform(stage.root_transform);
    // A combine's own operator is the first to read its groups.
    root_ = transform.kind == TransformKind::kCombinePerKey ? operators_.back()->input()
                                                            : Readers(transform.outputs.at(0).pcollection);
  } else {
    root_ = Readers(stage.root_pcollection);
  }
}

BundleProcessor::~BundleProcessor() {
  // First to last, so that no step is torn down while one before it may still speak to it.
  while (!operators_.empty()) operators_.pop_back();
}

void BundleProcessor::MakeSinks(StageEnvironment& environment) {
  for (const StageSink& sink : stage_.sinks) {
    const ElementType* type = graph_.pcollection(sink.pcollection).type;
    if (sink.kind != SinkKind::kGroups) {
      readers_[sink.pcollection].push_back(environment.MakeSink(sink, *type, &cursor_));
      continue;
    }
    ShuffleWriter* const writer = environment.MakeShuffleWriter(sink.transform, &cursor_);
    const TransformNode& transform = graph_.transform(sink.transform);
    if (transform.kind == TransformKind::kCombinePerKey) {
      MakePrecombine(sink, Own(transform.accumulator_type->kv->make_group_writer(writer)));
    } else {
      readers_[sink.pcollection].push_back(Own(type->kv->make_group_writer(writer)));
    }
  }
}

void BundleProcessor::MakePrecombine(const StageSink& sink, AnyReceiver writer) {
  const TransformNode& transform = graph_.transform(sink.transform);
  OperatorContext context;
  context.payload = transform.payload;
  context.step = Step(transform);
  context.outputs = {writer};
  context.windowing = graph_.pcollection(sink.pcollection).windowing;
  readers_[sink.pcollection].push_back(Own(FindFn(transform.fn_key).combine->precombine(context)));
}

void BundleProcessor::MakeOperator(const TransformNode& transform, StageEnvironment& environment) {
  if (transform.kind == TransformKind::kFlatten) {
    const AnyReceiver readers = Readers(transform.outputs.at(0).pcollection);
    if (!readers) return;
    for (const int input : transform.inputs) readers_[input].push_back(readers);
    return;
  }
  OperatorContext context;
  context.payload = transform.payload;
  context.step = Step(transform);
  context.finalizer = &finalizer_;
  for (const OutputNode& output : transform.outputs) context.outputs.push_back(Readers(output.pcollection));
  const PCollectionNode& input = graph_.pcollection(transform.inputs.front());
  context.windowing = input.windowing;
  const auto read_input = [&](OperatorFactory make) { readers_[input.id].push_back(Own(make(context))); };
  switch (transform.kind) {
    case TransformKind::kWindowInto:
      context.windowing = graph_.pcollection(transform.outputs.front().pcollection).windowing;
      return read_input(input.type->make_window_into);
    case TransformKind::kCombinePerKey: Own(FindFn(transform.fn_key).combine->merge_and_extract(context)); return;
    case TransformKind::kPrecombine: return read_input(FindFn(transform.fn_key).combine->precombine);
    case TransformKind::kMergeAccumulators: return read_input(FindFn(transform.fn_key).combine->merge);
    case TransformKind::kExtractOutputs: return read_input(FindFn(transform.fn_key).combine->extract);
    case TransformKind::kCombineGroupedValues: return read_input(FindFn(transform.fn_key).combine->combine_values);
    case TransformKind::kToString: context.coder = &transform.coder; return read_input(&MakeToString);
    default: break;
  }
  assert(transform.kind == TransformKind::kParDo);
  if (!transform.side_inputs.empty()) {
    side_inputs_.push_back(environment.MakeSideInputReader(transform));
    context.side_inputs = side_inputs_.back().get();
  }
  if (transform.resumes) context.resume = &resume_;
  read_input(FindFn(transform.fn_key).process);
}

StepContext* BundleProcessor::Step(const TransformNode& transform) {
  std::unique_ptr<StepContext>& step = steps_[transform.id];
  if (step == nullptr) {
    step = std::make_unique<StepContext>();
    step->name = transform.full_name;
    step->transform = transform.label;
  }
  return step.get();
}

AnyReceiver BundleProcessor::Own(std::unique_ptr<Operator> made) {
  operators_.push_back(std::move(made));
  return operators_.back()->input();
}

AnyReceiver BundleProcessor::Readers(int pcollection) {
  const auto found = readers_.find(pcollection);
  if (found == readers_.end()) return {};
  const ElementType& type = *graph_.pcollection(pcollection).type;
  // The groups of a combine have one reader, and nothing that could count them.
  const bool is_counted =
      type.make_tee != nullptr && counters_.count(pcollection) == 0 && environment_.Counts(pcollection);
  if (found->second.size() == 1 && !is_counted) return found->second.front();
  if (type.make_tee == nullptr) throw Error("the groups of a combine go to more than the combine: " + type.name());
  // Made once: a PCollection may be asked for by its producer and by a flatten.
  std::unique_ptr<Tee> made = type.make_tee(found->second);
  if (is_counted) counters_[pcollection] = &made->elements();
  const AnyReceiver tee = Own(std::move(made));
  found->second = {tee};
  return tee;
}

void BundleProcessor::StartBundle() {
  for (const auto& made : operators_) made->StartBundle();
}

void BundleProcessor::FinishBundle() {
  for (auto made = operators_.rbegin(); made != operators_.rend(); ++made) (*made)->FinishBundle();
  if (!steps_.empty()) internal::TakeSharedCounts(steps_.begin()->second->metrics);
}

std::vector<std::pair<int, MetricCells>> BundleProcessor::TakeMetrics() {
  std::vector<std::pair<int, MetricCells>> metrics;
  for (auto& [id, step] : steps_) {
    MetricCells cells = step->metrics.Read();
    if (!cells.cells().empty()) metrics.emplace_back(id, std::move(cells));
  }
  ResetMetrics();
  return metrics;
}

void BundleProcessor::ResetMetrics() {
  for (auto& [id, step] : steps_) {
    step->metrics.Clear();
    for (Tally& micros : step->micros) micros.Set(0);
  }
  for (const auto& [pcollection, counter] : counters_) counter->Reset();
}

}  // namespace beam
