#include "beam/portable/pipeline_proto.h"

#include <charconv>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "beam/portable/components.h"
#include "beam/portable/fn_payload.h"
#include "beam/portable/program_id.h"
#include "beam/portable/urns.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;

namespace {

constexpr const char* kEnvironmentId = "cpp";

class Translator {
 public:
  Translator(const Graph& graph, const proto::Environment& environment)
      : graph_(graph), components_(*pipeline_.mutable_components()), builder_(components_) {
    (*components_.mutable_environments())[kEnvironmentId] = environment;
  }

  proto::Pipeline Run() {
    for (const PCollectionNode& node : graph_.pcollections()) AddPCollection(node);
    for (const TransformNode& node : graph_.transforms()) AddTransform(node);
    for (const TransformNode& node : graph_.transforms()) {
      if (node.kind == TransformKind::kComposite) NameEnds(node);
    }
    return std::move(pipeline_);
  }

 private:
  proto::PTransform& Made(const std::string& id) { return (*components_.mutable_transforms())[id]; }

  void AddPCollection(const PCollectionNode& node) {
    const TransformNode& producer = graph_.transform(node.producer);
    std::string name = producer.full_name;
    for (const OutputNode& output : producer.outputs) {
      if (output.pcollection == node.id) name += "." + output.name;
    }
    AddPCollection(PCollectionId(node.id), name, node.type->wire->coder(), node.windowing);
  }

  void AddPCollection(const std::string& id, const std::string& name, const CoderSpec& coder,
                      const WindowingStrategy& windowing) {
    proto::PCollection& made = (*components_.mutable_pcollections())[id];
    made.set_unique_name(name);
    made.set_coder_id(builder_.AddCoder(coder));
    made.set_is_bounded(proto::IsBounded::BOUNDED);
    made.set_windowing_strategy_id(builder_.AddWindowing(windowing, kEnvironmentId));
  }

  void AddTransform(const TransformNode& node) {
    const std::string id = TransformId(node.id);
    proto::PTransform& made = Made(id);
    made.set_unique_name(node.full_name);
    if (node.parent < 0) {
      pipeline_.add_root_transform_ids(id);
    } else {
      Made(TransformId(node.parent)).add_subtransforms(id);
    }
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      (*made.mutable_inputs())["in" + std::to_string(i)] = PCollectionId(node.inputs[i]);
    }
    for (const OutputNode& output : node.outputs) {
      (*made.mutable_outputs())[output.name] = PCollectionId(output.pcollection);
    }
    switch (node.kind) {
      case TransformKind::kComposite: return;
      case TransformKind::kImpulse: return SetUrn(made, urn::kImpulse);
      case TransformKind::kGroupByKey: return SetUrn(made, urn::kGroupByKey);
      case TransformKind::kFlatten: return SetUrn(made, urn::kFlatten);
      case TransformKind::kReshuffle: return AddReshuffle(node, made);
      case TransformKind::kParDo: return AddParDo(node, made);
      case TransformKind::kWindowInto: return AddWindowInto(node, made);
      case TransformKind::kCombinePerKey: return AddCombine(node, made);
      case TransformKind::kPrecombine:
      case TransformKind::kMergeAccumulators:
      case TransformKind::kExtractOutputs:
      case TransformKind::kCombineGroupedValues: break;
    }
    throw Error("step '" + node.full_name + "' is a part of a combine, which only engines make");
  }

  static void SetUrn(proto::PTransform& made, std::string_view urn) { made.mutable_spec()->set_urn(std::string(urn)); }

  // With what it is made of, for engines that do not know it.
  void AddReshuffle(const TransformNode& node, proto::PTransform& made) {
    SetUrn(made, urn::kReshuffle);
    const std::string id = TransformId(node.id);
    const std::string input = PCollectionId(node.inputs.front());
    const std::string output = PCollectionId(node.outputs.front().pcollection);
    const WindowingStrategy& windowing = graph_.pcollection(node.inputs.front()).windowing;
    CoderSpec coder = node.pair_type->wire->coder();
    AddPCollection(output + "_paired", node.full_name + "/Pair.out", coder, windowing);
    AddPCollection(output + "_grouped", node.full_name + "/Group.out", GroupedCoder(coder), windowing);
    AddFnPart(made, id + "_pair", node.full_name + "/Pair", {ProgramId(), node.pair_key, node.payload, node.full_name},
              input, output + "_paired");
    AddPart(made, id + "_group", node.full_name + "/Group", urn::kGroupByKey, output + "_paired", output + "_grouped");
    AddFnPart(made, id + "_unpair", node.full_name + "/Unpair",
              {ProgramId(), node.unpair_key, node.payload, node.full_name}, output + "_grouped", output);
  }

  static FnPayload FnOf(const TransformNode& node) { return {ProgramId(), node.fn_key, node.payload, node.full_name}; }

  void AddParDo(const TransformNode& node, proto::PTransform& made) {
    proto::ParDoPayload payload;
    ToProto(FnOf(node), *payload.mutable_do_fn());
    for (std::size_t i = 0; i < node.side_inputs.size(); ++i) {
      const std::string tag = "side" + std::to_string(i);
      (*made.mutable_inputs())[tag] = PCollectionId(node.side_inputs[i].pcollection);
      proto::SideInput& side = (*payload.mutable_side_inputs())[tag];
      side.mutable_access_pattern()->set_urn(std::string(
          node.side_inputs[i].kind == SideInputKind::kMultimap ? urn::kSideInputMultimap : urn::kSideInputIterable));
      side.mutable_view_fn()->set_urn(std::string(urn::kViewFn));
      side.mutable_window_mapping_fn()->set_urn(std::string(urn::kWindowMapping));
    }
    SetUrn(made, urn::kParDo);
    made.mutable_spec()->set_payload(payload.SerializeAsString());
    made.set_environment_id(kEnvironmentId);
  }

  void AddWindowInto(const TransformNode& node, proto::PTransform& made) {
    proto::WindowIntoPayload payload;
    WindowFnToProto(graph_.pcollection(node.outputs.front().pcollection).windowing, *payload.mutable_window_fn());
    SetUrn(made, urn::kWindowInto);
    made.mutable_spec()->set_payload(payload.SerializeAsString());
    made.set_environment_id(kEnvironmentId);
  }

  void AddCombine(const TransformNode& node, proto::PTransform& made) {
    proto::CombinePayload payload;
    ToProto(FnOf(node), *payload.mutable_combine_fn());
    const CoderSpec accumulators = node.accumulator_type->wire->coder();
    payload.set_accumulator_coder_id(builder_.AddCoder(accumulators.components.at(1)));
    SetUrn(made, urn::kCombinePerKey);
    made.mutable_spec()->set_payload(payload.SerializeAsString());
    made.set_environment_id(kEnvironmentId);

    // What it is made of, for engines that do not combine before the shuffle.
    const PCollectionNode& input = graph_.pcollection(node.inputs.front());
    const std::string id = TransformId(node.id);
    const std::string grouped = PCollectionId(node.outputs.front().pcollection) + "_grouped";
    AddPCollection(grouped, node.full_name + "/Group.out", GroupedCoder(input.type->wire->coder()), input.windowing);
    AddPart(made, id + "_group", node.full_name + "/Group", urn::kGroupByKey, PCollectionId(input.id), grouped);
    AddFnPart(made, id + "_combine", node.full_name + "/Combine", FnOf(node), grouped,
              PCollectionId(node.outputs.front().pcollection));
  }

  // A DoFn, or a CombineFn over groups: Java engines know no other leaf that an SDK runs than a ParDo.
  void AddFnPart(proto::PTransform& whole, const std::string& id, const std::string& name, const FnPayload& function,
                 const std::string& input, const std::string& output) {
    proto::ParDoPayload payload;
    ToProto(function, *payload.mutable_do_fn());
    proto::PTransform& part = AddPart(whole, id, name, urn::kParDo, input, output);
    part.mutable_spec()->set_payload(payload.SerializeAsString());
    part.set_environment_id(kEnvironmentId);
  }

  proto::PTransform& AddPart(proto::PTransform& whole, const std::string& id, const std::string& name,
                             std::string_view urn, const std::string& input, const std::string& output) {
    whole.add_subtransforms(id);
    proto::PTransform& part = Made(id);
    part.set_unique_name(name);
    SetUrn(part, urn);
    (*part.mutable_inputs())["in0"] = input;
    (*part.mutable_outputs())["out"] = output;
    return part;
  }

  bool IsWithin(int transform, int composite) const {
    for (; transform >= 0; transform = graph_.transform(transform).parent) {
      if (transform == composite) return true;
    }
    return false;
  }

  // Of a composite: what goes in from outside of it, and what comes out.
  void NameEnds(const TransformNode& composite) {
    std::set<int> inputs;
    std::set<int> outputs;
    for (const TransformNode& node : graph_.transforms()) {
      const bool is_within = IsWithin(node.id, composite.id);
      const auto visit = [&](int pcollection) {
        const bool made_within = IsWithin(graph_.pcollection(pcollection).producer, composite.id);
        if (is_within && !made_within) inputs.insert(pcollection);
        if (!is_within && made_within) outputs.insert(pcollection);
      };
      for (const int input : node.inputs) visit(input);
      for (const SideInputNode& side : node.side_inputs) visit(side.pcollection);
    }
    proto::PTransform& made = Made(TransformId(composite.id));
    for (const int input : inputs) (*made.mutable_inputs())[PCollectionId(input)] = PCollectionId(input);
    for (const int output : outputs) (*made.mutable_outputs())[PCollectionId(output)] = PCollectionId(output);
  }

  const Graph& graph_;
  proto::Pipeline pipeline_;
  proto::Components& components_;
  ComponentsBuilder builder_;
};

}  // namespace

CoderSpec GroupedCoder(CoderSpec pairs) {
  pairs.components.at(1) = {.urn = std::string(urn::kCoderIterable), .components = {pairs.components.at(1)}};
  return pairs;
}

std::string PCollectionId(int pcollection) { return "p" + std::to_string(pcollection); }
std::string TransformId(int transform) { return "t" + std::to_string(transform); }

int TransformOfId(const Graph& graph, const std::string& id) {
  int transform = -1;
  if (!id.starts_with('t')) return -1;
  // A part of a combine has the id of the whole before an underscore.
  const auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), transform);
  const bool is_ours = error == std::errc() && (end == id.data() + id.size() || *end == '_');
  return is_ours && transform >= 0 && transform < static_cast<int>(graph.transforms().size()) ? transform : -1;
}

proto::Pipeline ToProto(const Graph& graph, const proto::Environment& environment) {
  return Translator(graph, environment).Run();
}

}  // namespace beam
