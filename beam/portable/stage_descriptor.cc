#include "beam/portable/stage_descriptor.h"

#include <utility>

#include "beam/model/element_type.h"
#include "beam/portable/components.h"
#include "beam/portable/pipeline_proto.h"
#include "beam/portable/urns.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;
namespace proto = org::apache::beam::model::pipeline::v1;

namespace {

class StageDescriber {
 public:
  StageDescriber(const Graph& graph, const Stage& stage, const proto::Pipeline& pipeline, const std::string& endpoint)
      : graph_(graph), stage_(stage), pipeline_(pipeline), endpoint_(endpoint) {}

  fn::ProcessBundleDescriptor Run() {
    result_.set_id(StageId(stage_.id));
    result_.mutable_state_api_service_descriptor()->set_url(endpoint_);
    AddSource();
    for (const int id : stage_.transforms) {
      const TransformNode& transform = graph_.transform(id);
      if (transform.kind == TransformKind::kCombinePerKey) {
        AddMerge(transform);
      } else {
        AddStep(transform);
      }
    }
    for (std::size_t i = 0; i < stage_.sinks.size(); ++i) AddSink(stage_.sinks[i], SinkId(i));
    result_.mutable_pcollections()->swap(*components_.mutable_pcollections());
    result_.mutable_coders()->swap(*components_.mutable_coders());
    result_.mutable_windowing_strategies()->swap(*components_.mutable_windowing_strategies());
    return std::move(result_);
  }

 private:
  const WindowingStrategy& WindowingOf(int pcollection) const { return graph_.pcollection(pcollection).windowing; }

  void AddPCollection(const std::string& id, const CoderSpec& coder, const WindowingStrategy& windowing) {
    proto::PCollection& made = (*components_.mutable_pcollections())[id];
    made.set_unique_name(id);
    made.set_coder_id(builder_.AddCoder(coder));
    made.set_is_bounded(proto::IsBounded::BOUNDED);
    made.set_windowing_strategy_id(builder_.AddWindowing(windowing, ""));
  }

  // Returns its id.
  std::string AddPCollection(int pcollection) {
    std::string id = PCollectionId(pcollection);
    AddPCollection(id, graph_.pcollection(pcollection).type->wire->coder(), WindowingOf(pcollection));
    return id;
  }

  // The source or sink `id` of a PCollection.
  void AddPort(const std::string& id, const std::string& pcollection, std::string_view urn, const CoderSpec& coder,
               const WindowingStrategy& windowing) {
    fn::RemoteGrpcPort port;
    port.set_coder_id(builder_.AddCoder(WindowedValueSpec(coder, windowing.coding())));
    port.mutable_api_service_descriptor()->set_url(endpoint_);
    proto::PTransform& made = (*result_.mutable_transforms())[id];
    made.set_unique_name(id);
    made.mutable_spec()->set_urn(std::string(urn));
    made.mutable_spec()->set_payload(port.SerializeAsString());
    (urn == urn::kSource ? *made.mutable_outputs() : *made.mutable_inputs())["x"] = pcollection;
  }

  void AddSource() {
    if (stage_.root != RootKind::kGroups) {
      const std::string id = AddPCollection(stage_.root_pcollection);
      const PCollectionNode& root = graph_.pcollection(stage_.root_pcollection);
      return AddPort(SourceId(), id, urn::kSource, root.type->wire->coder(), root.windowing);
    }
    const TransformNode& transform = graph_.transform(stage_.root_transform);
    const PCollectionNode& input = graph_.pcollection(transform.inputs.front());
    const bool combines = transform.kind == TransformKind::kCombinePerKey;
    const CoderSpec coder = GroupedCoder((combines ? transform.accumulator_type : input.type)->wire->coder());
    const std::string id = combines ? Part(transform, "grouped") : PCollectionId(transform.outputs.front().pcollection);
    AddPCollection(id, coder, input.windowing);
    AddPort(SourceId(), id, urn::kSource, coder, input.windowing);
  }

  // A step that is in the pipeline's proto as it is here.
  void AddStep(const TransformNode& transform) {
    for (const int input : transform.inputs) AddPCollection(input);
    for (const SideInputNode& side : transform.side_inputs) AddPCollection(side.pcollection);
    for (const OutputNode& output : transform.outputs) AddPCollection(output.pcollection);
    const std::string id = TransformId(transform.id);
    proto::PTransform& made = (*result_.mutable_transforms())[id];
    made = pipeline_.components().transforms().at(id);
    // For engines it may have parts; here it is one step.
    if (transform.kind == TransformKind::kFlatten) {
      made.mutable_spec()->set_urn(std::string(urn::kFlatten));
      made.clear_subtransforms();
    }
  }

  static std::string Part(const TransformNode& transform, const std::string& name) {
    return TransformId(transform.id) + "_" + name;
  }

  void AddPart(const TransformNode& transform, const std::string& name, std::string_view urn, const std::string& input,
               const std::string& output) {
    proto::PTransform& made = (*result_.mutable_transforms())[Part(transform, name)];
    made.set_unique_name(transform.full_name);
    made.mutable_spec()->set_urn(std::string(urn));
    made.mutable_spec()->set_payload(
        pipeline_.components().transforms().at(TransformId(transform.id)).spec().payload());
    (*made.mutable_inputs())["in0"] = input;
    (*made.mutable_outputs())["out"] = output;
  }

  void AddMerge(const TransformNode& combine) {
    const std::string merged = Part(combine, "merged");
    AddPCollection(merged, combine.accumulator_type->wire->coder(), WindowingOf(combine.inputs.front()));
    AddPart(combine, "merge", urn::kMergeAccumulators, Part(combine, "grouped"), merged);
    AddPart(combine, "extract", urn::kExtractOutputs, merged, AddPCollection(combine.outputs.front().pcollection));
  }

  void AddSink(const StageSink& sink, const std::string& id) {
    const std::string input = AddPCollection(sink.pcollection);
    const WindowingStrategy& windowing = WindowingOf(sink.pcollection);
    if (sink.kind != SinkKind::kGroups || graph_.transform(sink.transform).kind != TransformKind::kCombinePerKey) {
      return AddPort(id, input, urn::kSink, graph_.pcollection(sink.pcollection).type->wire->coder(), windowing);
    }
    const TransformNode& combine = graph_.transform(sink.transform);
    const CoderSpec coder = combine.accumulator_type->wire->coder();
    const std::string accumulators = Part(combine, "accumulators");
    AddPCollection(accumulators, coder, windowing);
    AddPart(combine, "precombine", urn::kPrecombine, input, accumulators);
    AddPort(id, accumulators, urn::kSink, coder, windowing);
  }

  const Graph& graph_;
  const Stage& stage_;
  const proto::Pipeline& pipeline_;
  const std::string& endpoint_;
  fn::ProcessBundleDescriptor result_;
  proto::Components components_;
  ComponentsBuilder builder_{components_};
};

}  // namespace

fn::ProcessBundleDescriptor DescribeStage(const Graph& graph, const Stage& stage, const proto::Pipeline& pipeline,
                                          const std::string& endpoint) {
  return StageDescriber(graph, stage, pipeline, endpoint).Run();
}

std::string StageId(int stage) { return "stage" + std::to_string(stage); }
std::string SourceId() { return "source"; }
std::string SinkId(std::size_t sink) { return "sink" + std::to_string(sink); }

}  // namespace beam
