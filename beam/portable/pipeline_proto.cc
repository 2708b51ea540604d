#include "beam/portable/pipeline_proto.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <charconv>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "beam/base/utf8.h"
#include "beam/model/registry.h"
#include "beam/portable/components.h"
#include "beam/portable/environment.h"
#include "beam/portable/fn_payload.h"
#include "beam/portable/program_id.h"
#include "beam/portable/urns.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;

namespace {

constexpr const char* kEnvironmentId = "cpp";

class Translator {
 public:
  Translator(const Graph& graph, const proto::Environment& environment, const ResourceHints& hints)
      : graph_(graph),
        environment_(environment),
        hints_(hints),
        components_(*pipeline_.mutable_components()),
        builder_(components_) {
    EnvironmentOf({});
    readers_.resize(graph_.pcollections().size());
    for (const TransformNode& node : graph_.transforms()) {
      for (const int input : node.inputs) ++ReadersOf(input).inputs;
      for (const SideInputNode& side : node.side_inputs) ++ReadersOf(side.pcollection).side_inputs;
      transform_names_.insert(node.full_name);
      if (node.kind == TransformKind::kComposite) continue;
      for (int within = node.id; within >= 0; within = graph_.transform(within).parent) with_steps_.insert(within);
    }
  }

  proto::Pipeline Run() {
    for (const PCollectionNode& node : graph_.pcollections()) AddPCollection(node);
    for (const TransformNode& node : graph_.transforms()) {
      if (with_steps_.count(node.id) > 0) AddTransform(node);
    }
    for (const int id : with_steps_) {
      if (graph_.transform(id).kind == TransformKind::kComposite) NameEnds(graph_.transform(id));
    }
    for (const std::string_view requirement : requirements_) pipeline_.add_requirements(std::string(requirement));
    return std::move(pipeline_);
  }

 private:
  // The id of the environment for steps with these hints: the first one has those of the pipeline alone.
  const std::string& EnvironmentOf(const ResourceHints& hints) {
    const ResourceHints merged = MergeHints(hints_, hints);
    std::string& id = environments_[merged];
    if (id.empty()) {
      id = kEnvironmentId + (environments_.size() == 1 ? "" : std::to_string(environments_.size()));
      proto::Environment& made = (*components_.mutable_environments())[id];
      made = environment_;
      AddHints(merged, made);
    }
    return id;
  }

  // `name`, or one like it where another thing is called so.
  static std::string Unique(const std::string& name, std::set<std::string>& taken) {
    std::string unique = name;
    for (int i = 2; !taken.insert(unique).second; ++i) unique = name + "_" + std::to_string(i);
    return unique;
  }

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
    made.set_unique_name(Unique(name, pcollection_names_));
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
      case TransformKind::kImpulse: return AddImpulse(node, made);
      case TransformKind::kGroupByKey: return SetUrn(made, urn::kGroupByKey);
      case TransformKind::kFlatten: return AddFlatten(node, made);
      case TransformKind::kReshuffle: return AddReshuffle(node, made);
      case TransformKind::kParDo: return AddParDo(node, made);
      case TransformKind::kWindowInto: return AddWindowInto(node, made);
      case TransformKind::kCombinePerKey: return AddCombine(node, made);
      case TransformKind::kPrecombine:
      case TransformKind::kMergeAccumulators:
      case TransformKind::kExtractOutputs:
      case TransformKind::kCombineGroupedValues:
      case TransformKind::kToString: break;
    }
    throw Error("step '" + node.full_name + "' is one that only engines make");
  }

  static void SetUrn(proto::PTransform& made, std::string_view urn) { made.mutable_spec()->set_urn(std::string(urn)); }

  // How often a PCollection is read: as an input, and as a side input.
  struct Readers {
    int inputs = 0;
    int side_inputs = 0;
  };

  Readers& ReadersOf(int pcollection) { return readers_[static_cast<std::size_t>(pcollection)]; }

  // Prism 2.77 gives the element of an Impulse to those who read it as their input, but not as a side input. Where one
  // does, there is a step between, as there is for every side input of the Go SDK.
  void AddImpulse(const TransformNode& node, proto::PTransform& made) {
    const int output = node.outputs.front().pcollection;
    if (ReadersOf(output).side_inputs == 0) return SetUrn(made, urn::kImpulse);
    const std::string element = AddLike(output, "_element", node.full_name + "/Impulse.out");
    AddPart(node, made, "Impulse", urn::kImpulse, "", element);
    AddPass(node, made, "Pass", element, PCollectionId(output));
  }

  // The fuser of Java's engines (GreedyPipelineFuser of Beam 2.62) takes a Flatten into each stage of the workers that
  // it can reach from. Where it cannot reach it from all of its inputs, as they are made by the engine itself or have
  // other readers, the engine runs it, too, and the fuser's result is refused. What is made by a step of the workers
  // for this Flatten alone can always be fused with it; so other inputs get such a step.
  void AddFlatten(const TransformNode& node, proto::PTransform& made) {
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const int input = node.inputs[i];
      inputs.push_back(PCollectionId(input));
      const Readers& readers = ReadersOf(input);
      if (IsMadeByWorkers(input) && readers.inputs + readers.side_inputs == 1) continue;
      const std::string label = "Pass" + std::to_string(i);
      const std::string output = PCollectionId(node.outputs.front().pcollection);
      const std::string passed =
          AddLike(input, "_for_" + output + "_" + std::to_string(i), node.full_name + "/" + label + ".out");
      AddPass(node, made, label, inputs.back(), passed);
      inputs.back() = passed;
    }
    if (made.subtransforms().empty()) return SetUrn(made, urn::kFlatten);
    proto::PTransform& part = AddPart(node, made, "Flatten", urn::kFlatten, "", made.outputs().begin()->second);
    for (std::size_t i = 0; i < inputs.size(); ++i) (*part.mutable_inputs())["in" + std::to_string(i)] = inputs[i];
  }

  bool IsMadeByWorkers(int pcollection) const {
    const TransformKind kind = graph_.transform(graph_.pcollection(pcollection).producer).kind;
    return kind == TransformKind::kParDo || kind == TransformKind::kCombinePerKey || kind == TransformKind::kWindowInto;
  }

  // A PCollection of the same elements as another one. Returns its id.
  std::string AddLike(int pcollection, const std::string& suffix, const std::string& name) {
    const PCollectionNode& node = graph_.pcollection(pcollection);
    std::string id = PCollectionId(pcollection) + suffix;
    AddPCollection(id, name, node.type->wire->coder(), node.windowing);
    return id;
  }

  // A step of the workers that changes nothing.
  void AddPass(const TransformNode& node, proto::PTransform& whole, const std::string& label, const std::string& input,
               const std::string& output) {
    proto::ParDoPayload payload;
    payload.mutable_do_fn()->set_urn(std::string(urn::kPass));
    proto::PTransform& part = AddPart(node, whole, label, urn::kParDo, input, output);
    part.mutable_spec()->set_payload(payload.SerializeAsString());
    part.set_environment_id(EnvironmentOf(node.hints));
  }

  // With what it is made of, for engines that do not know it.
  void AddReshuffle(const TransformNode& node, proto::PTransform& made) {
    SetUrn(made, urn::kReshuffle);
    const std::string input = PCollectionId(node.inputs.front());
    const std::string output = PCollectionId(node.outputs.front().pcollection);
    const WindowingStrategy& windowing = graph_.pcollection(node.inputs.front()).windowing;
    CoderSpec coder = node.pair_type->wire->coder();
    AddPCollection(output + "_paired", node.full_name + "/Pair.out", coder, windowing);
    AddPCollection(output + "_grouped", node.full_name + "/Group.out", GroupedCoder(coder), windowing);
    AddFnPart(node, made, "Pair", {ProgramId(), node.pair_key, node.payload, node.full_name}, input,
              output + "_paired");
    AddPart(node, made, "Group", urn::kGroupByKey, output + "_paired", output + "_grouped");
    AddFnPart(node, made, "Unpair", {ProgramId(), node.unpair_key, node.payload, node.full_name}, output + "_grouped",
              output);
  }

  static FnPayload FnOf(const TransformNode& node) { return {ProgramId(), node.fn_key, node.payload, node.full_name}; }

  static void AddDisplay(const TransformNode& node, proto::PTransform& made) {
    for (const DisplayItem& item : node.display) {
      proto::LabelledPayload payload;
      payload.set_label(item.name);
      payload.set_key(item.name);
      payload.set_namespace_(ReadableName(node.fn_key));
      std::visit([&](const auto& value) { SetValue(value, payload); }, item.value);
      proto::DisplayData& data = *made.add_display_data();
      data.set_urn(std::string(urn::kDisplayLabelled));
      data.set_payload(payload.SerializeAsString());
    }
  }
  static void SetValue(bool value, proto::LabelledPayload& payload) { payload.set_bool_value(value); }
  static void SetValue(double value, proto::LabelledPayload& payload) { payload.set_double_value(value); }
  static void SetValue(std::int64_t value, proto::LabelledPayload& payload) { payload.set_int_value(value); }
  static void SetValue(const std::string& value, proto::LabelledPayload& payload) {
    payload.set_string_value(internal::ToUtf8(value));
  }

  void AddParDo(const TransformNode& node, proto::PTransform& made) {
    AddDisplay(node, made);
    proto::ParDoPayload payload;
    ToProto(FnOf(node), *payload.mutable_do_fn());
    for (std::size_t i = 0; i < node.side_inputs.size(); ++i) {
      const std::string tag = SideInputTag(i);
      (*made.mutable_inputs())[tag] = PCollectionId(node.side_inputs[i].pcollection);
      proto::SideInput& side = (*payload.mutable_side_inputs())[tag];
      side.mutable_access_pattern()->set_urn(std::string(
          node.side_inputs[i].kind == SideInputKind::kMultimap ? urn::kSideInputMultimap : urn::kSideInputIterable));
      side.mutable_view_fn()->set_urn(std::string(urn::kViewFn));
      side.mutable_window_mapping_fn()->set_urn(std::string(urn::kWindowMapping));
    }
    payload.set_requests_finalization(node.finalizes);
    if (node.finalizes) requirements_.insert(urn::kFinalization);
    SetUrn(made, urn::kParDo);
    made.mutable_spec()->set_payload(payload.SerializeAsString());
    made.set_environment_id(EnvironmentOf(node.hints));
  }

  void AddWindowInto(const TransformNode& node, proto::PTransform& made) {
    proto::WindowIntoPayload payload;
    WindowFnToProto(graph_.pcollection(node.outputs.front().pcollection).windowing, *payload.mutable_window_fn());
    SetUrn(made, urn::kWindowInto);
    made.mutable_spec()->set_payload(payload.SerializeAsString());
    made.set_environment_id(EnvironmentOf(node.hints));
  }

  void AddCombine(const TransformNode& node, proto::PTransform& made) {
    AddDisplay(node, made);
    proto::CombinePayload payload;
    ToProto(FnOf(node), *payload.mutable_combine_fn());
    const CoderSpec accumulators = node.accumulator_type->wire->coder();
    payload.set_accumulator_coder_id(builder_.AddCoder(accumulators.components.at(1)));
    SetUrn(made, urn::kCombinePerKey);
    made.mutable_spec()->set_payload(payload.SerializeAsString());
    made.set_environment_id(EnvironmentOf(node.hints));

    // What it is made of, for engines that do not combine before the shuffle.
    const PCollectionNode& input = graph_.pcollection(node.inputs.front());
    const std::string grouped = PCollectionId(node.outputs.front().pcollection) + "_grouped";
    AddPCollection(grouped, node.full_name + "/Group.out", GroupedCoder(input.type->wire->coder()), input.windowing);
    AddPart(node, made, "Group", urn::kGroupByKey, PCollectionId(input.id), grouped);
    AddFnPart(node, made, "Combine", FnOf(node), grouped, PCollectionId(node.outputs.front().pcollection));
  }

  // A DoFn, or a CombineFn over groups: Java engines know no other leaf that an SDK runs than a ParDo.
  void AddFnPart(const TransformNode& node, proto::PTransform& whole, const std::string& label,
                 const FnPayload& function, const std::string& input, const std::string& output) {
    proto::ParDoPayload payload;
    ToProto(function, *payload.mutable_do_fn());
    proto::PTransform& part = AddPart(node, whole, label, urn::kParDo, input, output);
    part.mutable_spec()->set_payload(payload.SerializeAsString());
    part.set_environment_id(EnvironmentOf(node.hints));
  }

  // A step that `whole`, which stands for `node`, is made of. It has no input where that is empty.
  proto::PTransform& AddPart(const TransformNode& node, proto::PTransform& whole, const std::string& label,
                             std::string_view urn, const std::string& input, const std::string& output) {
    const std::string id = TransformId(node.id) + "_" + label;
    whole.add_subtransforms(id);
    proto::PTransform& part = Made(id);
    part.set_unique_name(Unique(node.full_name + "/" + label, transform_names_));
    SetUrn(part, urn);
    if (!input.empty()) (*part.mutable_inputs())["in0"] = input;
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
  const proto::Environment& environment_;
  const ResourceHints& hints_;
  std::map<ResourceHints, std::string> environments_;  // ids, by what they have
  std::vector<Readers> readers_;                       // by PCollection
  std::set<int> with_steps_;                           // the steps, and the composites that hold any
  std::set<std::string_view> requirements_;            // of any step
  std::set<std::string> transform_names_;
  std::set<std::string> pcollection_names_;
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
std::string SideInputTag(std::size_t index) { return "side" + std::to_string(index); }
std::string TransformId(int transform) { return "t" + std::to_string(transform); }

int TransformOfId(const Graph& graph, const std::string& id) {
  int transform = -1;
  if (!id.starts_with('t')) return -1;
  // A part of a step has the id of the whole before an underscore.
  const auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), transform);
  const bool is_ours = error == std::errc() && (end == id.data() + id.size() || *end == '_');
  return is_ours && transform >= 0 && transform < static_cast<int>(graph.transforms().size()) ? transform : -1;
}

proto::Pipeline ToProto(const Graph& graph, const proto::Environment& environment, const ResourceHints& hints) {
  return Translator(graph, environment, hints).Run();
}

std::string SerializedPipeline(const proto::Pipeline& pipeline) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    pipeline.SerializeToCodedStream(&out);
  }
  return bytes;
}

}  // namespace beam
