#include "beam/portable/bundle_graph.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "beam/base/error.h"
#include "beam/coder/dynamic_coder.h"
#include "beam/model/element_type.h"
#include "beam/model/encoded_element.h"
#include "beam/model/registry.h"
#include "beam/portable/components.h"
#include "beam/portable/fn_payload.h"
#include "beam/portable/pipeline_proto.h"
#include "beam/portable/urns.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;
namespace proto = org::apache::beam::model::pipeline::v1;

namespace {

// A step of the descriptor, with what can be known of it before its PCollections are.
struct Step {
  std::string id;
  const proto::PTransform* message = nullptr;
  TransformKind kind = TransformKind::kComposite;
  FnPayload function;
  const FnEntry* entry = nullptr;
  std::vector<std::string> inputs;  // PCollections, without side inputs
  std::vector<std::string> side_tags;
  std::vector<SideInputKind> side_kinds;
  std::vector<std::pair<std::string, std::string>> outputs;  // names and PCollections, in the order of the operator's
  bool is_source = false;
  bool is_sink = false;

  const std::string& name() const { return function.step.empty() ? message->unique_name() : function.step; }
};

constexpr std::pair<std::string_view, TransformKind> kKinds[] = {
    {urn::kParDo, TransformKind::kParDo},
    {urn::kFlatten, TransformKind::kFlatten},
    {urn::kWindowInto, TransformKind::kWindowInto},
    {urn::kPrecombine, TransformKind::kPrecombine},
    {urn::kMergeAccumulators, TransformKind::kMergeAccumulators},
    {urn::kExtractOutputs, TransformKind::kExtractOutputs},
    {urn::kCombineGroupedValues, TransformKind::kCombineGroupedValues},
    {urn::kToString, TransformKind::kToString},
};

// A Partition says how many outputs it has, but a proto that comes over the wire may be wrong.
constexpr std::size_t kMostOutputs = 1'000'000;

template <class Message>
Message Parse(const std::string& bytes, const char* what) {
  Message message;
  if (!message.ParseFromString(bytes)) throw Error(std::string(what) + " is malformed");
  return message;
}

// Whether elements written by one are what the other reads. What is behind a length prefix concerns nobody else.
bool IsSameOnTheWire(const CoderSpec& a, const CoderSpec& b) {
  const auto name = [](const CoderSpec& spec) {
    return spec.urn == urn::kCoderStateBackedIterable ? std::string(urn::kCoderIterable) : spec.urn;
  };
  if (name(a) != name(b)) return false;
  if (a.urn == urn::kCoderLengthPrefix) return true;
  return std::equal(a.components.begin(), a.components.end(), b.components.begin(), b.components.end(),
                    IsSameOnTheWire);
}

class DescriptorReader {
 public:
  explicit DescriptorReader(const fn::ProcessBundleDescriptor& descriptor) : descriptor_(descriptor) {}

  BundleGraph Run() {
    for (const auto& [id, message] : descriptor_.transforms()) {
      InStep(message.unique_name(), [&, &id = id, &message = message] { steps_.push_back(ReadStep(id, message)); });
    }
    // A map has no order; the same descriptor must give the same graph.
    std::sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) { return a.id < b.id; });
    FindTypes();
    AddInOrder();
    result_.state_endpoint = descriptor_.state_api_service_descriptor().url();
    return std::move(result_);
  }

 private:
  template <class Do>
  static void InStep(const std::string& name, Do&& work) {
    try {
      work();
    } catch (const Error& error) {
      throw Error("step '" + name + "' cannot run here: " + error.what());
    }
  }

  static Step ReadStep(const std::string& id, const proto::PTransform& message) {
    Step step;
    step.id = id;
    step.message = &message;
    const std::string& urn = message.spec().urn();
    step.is_source = urn == urn::kSource;
    step.is_sink = urn == urn::kSink;
    std::map<std::string, std::string> inputs(message.inputs().begin(), message.inputs().end());
    std::map<std::string, std::string> outputs(message.outputs().begin(), message.outputs().end());
    if (!step.is_source && !step.is_sink) {
      const auto* const kind =
          std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& known) { return known.first == urn; });
      if (kind == std::end(kKinds)) throw Error("this SDK has no transform " + urn);
      step.kind = kind->second;
      ReadFunction(step, inputs);
    }
    for (const auto& input : inputs) step.inputs.push_back(input.second);
    if (step.entry != nullptr && step.entry->do_fn != nullptr) {
      for (const std::string& name : OutputNames(step)) {
        const auto found = outputs.find(name);
        step.outputs.emplace_back(name, found == outputs.end() ? "" : found->second);
        if (found != outputs.end()) outputs.erase(found);
      }
      if (!outputs.empty()) throw Error("it has no output '" + outputs.begin()->first + "'");
    } else {
      for (const auto& [name, pcollection] : outputs) step.outputs.emplace_back(name, pcollection);
    }
    const std::size_t wanted_outputs = step.is_sink ? 0 : 1;
    const bool has_right_ends = (step.kind == TransformKind::kParDo || step.outputs.size() == wanted_outputs)
        && (step.kind == TransformKind::kFlatten || step.inputs.size() == (step.is_source ? 0U : 1U));
    if (!has_right_ends) throw Error("it has a wrong number of inputs or outputs");
    return step;
  }

  static std::vector<std::string> OutputNames(const Step& step) {
    const DoFnTypes& types = *step.entry->do_fn;
    std::vector<std::string> names(types.output_names.begin(), types.output_names.end());
    if (types.count_outputs != nullptr) {
      const std::size_t count = types.count_outputs(step.function.fields);
      if (count > kMostOutputs) throw Error("its " + std::to_string(count) + " outputs are too many");
      for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
    }
    return names;
  }

  static SideInputKind KindOfSideInput(const std::string& urn) {
    if (urn == urn::kSideInputIterable) return SideInputKind::kIterable;
    if (urn == urn::kSideInputMultimap) return SideInputKind::kMultimap;
    throw Error("side inputs of the kind " + urn + " are not known here");
  }

  // Takes the side inputs out of `inputs`.
  static void ReadFunction(Step& step, std::map<std::string, std::string>& inputs) {
    const std::string& bytes = step.message->spec().payload();
    if (step.kind == TransformKind::kParDo) {
      const auto payload = Parse<proto::ParDoPayload>(bytes, "its payload");
      if (payload.do_fn().urn() == urn::kPass) {
        step.kind = TransformKind::kFlatten;
        return;
      }
      step.function = FnFromProto(payload.do_fn());
      step.entry = &FindFn(step.function.key);
      if (step.entry->do_fn == nullptr) {
        // A CombineFn over groups, where an engine does not cut it up.
        step.kind = TransformKind::kCombineGroupedValues;
        return;
      }
      for (std::size_t i = 0; i < step.entry->do_fn->side_inputs.size(); ++i) {
        step.side_tags.push_back(SideInputTag(i));
      }
      step.side_kinds.resize(step.side_tags.size(), SideInputKind::kIterable);
      for (const auto& [tag, side] : payload.side_inputs()) {
        inputs.erase(tag);
        const auto found = std::find(step.side_tags.begin(), step.side_tags.end(), tag);
        if (found == step.side_tags.end()) throw Error("it has no side input '" + tag + "'");
        step.side_kinds[static_cast<std::size_t>(found - step.side_tags.begin())] =
            KindOfSideInput(side.access_pattern().urn());
      }
    } else if (step.kind != TransformKind::kFlatten && step.kind != TransformKind::kWindowInto
               && step.kind != TransformKind::kToString) {
      step.function = FnFromProto(Parse<proto::CombinePayload>(bytes, "its payload").combine_fn());
      step.entry = &FindFn(step.function.key);
      if (step.entry->combine == nullptr) throw Error(ReadableName(step.function.key) + " is no CombineFn");
    }
  }

  // The types that a step's function asks for: of its input, and of each output. Null where it takes whatever comes.
  static const ElementType* InputType(const Step& step) {
    switch (step.kind) {
      case TransformKind::kParDo: return step.entry->do_fn->input;
      case TransformKind::kPrecombine: return step.entry->combine_fn->input;
      case TransformKind::kMergeAccumulators: return step.entry->combine_fn->grouped_accumulators;
      case TransformKind::kExtractOutputs: return step.entry->combine_fn->accumulator;
      case TransformKind::kCombineGroupedValues: return step.entry->combine_fn->grouped_inputs;
      case TransformKind::kToString: return &kEncodedElementType;
      default: return nullptr;
    }
  }
  static const ElementType* OutputType(const Step& step, std::size_t i) {
    switch (step.kind) {
      case TransformKind::kParDo: return step.entry->do_fn->outputs[step.entry->do_fn->count_outputs ? 0 : i];
      case TransformKind::kPrecombine:
      case TransformKind::kMergeAccumulators: return step.entry->combine_fn->accumulator;
      case TransformKind::kExtractOutputs:
      case TransformKind::kCombineGroupedValues: return step.entry->combine_fn->output;
      case TransformKind::kToString: return &kEncodedElementType;
      default: return nullptr;
    }
  }

  // Gives a PCollection the type that a neighbour asks for. Returns whether that is news.
  bool Note(const Step& step, const std::string& pcollection, const ElementType* type) {
    if (type == nullptr || pcollection.empty()) return false;
    const auto inserted = types_.emplace(pcollection, type);
    const ElementType* const known = inserted.first->second;
    if (known != type) {
      InStep(step.name(),
             [&] { throw Error("one step gives " + known->name() + " where another takes " + type->name()); });
    }
    return inserted.second;
  }

  const ElementType* TypeOf(const std::string& pcollection) const {
    const auto found = types_.find(pcollection);
    return found == types_.end() ? nullptr : found->second;
  }

  void FindTypes() {
    for (const Step& step : steps_) {
      if (step.kind == TransformKind::kComposite) continue;
      for (const std::string& input : step.inputs) Note(step, input, InputType(step));
      for (std::size_t i = 0; i < step.outputs.size(); ++i) Note(step, step.outputs[i].second, OutputType(step, i));
    }
    // Flatten and WindowInto have the same type on both sides.
    for (bool is_news = true; is_news;) {
      is_news = false;
      for (const Step& step : steps_) {
        if (step.kind != TransformKind::kFlatten && step.kind != TransformKind::kWindowInto) continue;
        const std::string& output = step.outputs.front().second;
        for (const std::string& input : step.inputs) {
          is_news |= Note(step, input, TypeOf(output));
          is_news |= Note(step, output, TypeOf(input));
        }
      }
    }
  }

  // Steps go into the graph when all of what they read is there.
  void AddInOrder() {
    std::vector<const Step*> left;
    left.reserve(steps_.size());
    for (const Step& step : steps_) left.push_back(&step);
    while (!left.empty()) {
      const auto ready = std::find_if(left.begin(), left.end(), [this](const Step* step) {
        return std::all_of(step->inputs.begin(), step->inputs.end(),
                           [this](const std::string& input) { return ids_.count(input) > 0; });
      });
      if (ready == left.end()) {
        throw Error("step '" + left.front()->name() + "' reads what no step of its stage makes");
      }
      const Step& step = **ready;
      left.erase(ready);
      InStep(step.name(), [&] { Add(step); });
    }
  }

  void Add(const Step& step) {
    if (step.is_source) {
      const std::string& pcollection = step.outputs.front().second;
      const int id = result_.graph.AddSource(TypeOrEncoded(pcollection), WindowingOf(pcollection));
      Name(id, pcollection);
      result_.sources.push_back(ReadEnd(step, id));
      coders_[id] = result_.sources.back().coder;
      result_.stage.root = RootKind::kQueue;
      if (result_.stage.root_pcollection < 0) result_.stage.root_pcollection = id;
      return;
    }
    if (step.is_sink) {
      const int id = ids_.at(step.inputs.front());
      result_.sinks.push_back(ReadEnd(step, id));
      result_.stage.sinks.push_back({SinkKind::kQueue, id, -1, -1});
      return;
    }
    TransformNode& node = result_.graph.Add(step.kind, step.id);
    const int transform = node.id;
    node.full_name = step.name();
    node.fn_key = step.function.key;
    node.payload = step.function.fields;
    node.resumes = step.entry != nullptr && step.entry->do_fn != nullptr && step.entry->do_fn->resumes;
    for (const std::string& input : step.inputs) node.inputs.push_back(ids_.at(input));
    for (const SideInputKind kind : step.side_kinds) node.side_inputs.push_back({kind, -1});
    for (std::size_t i = 0; i < step.outputs.size(); ++i) {
      const auto& [name, pcollection] = step.outputs[i];
      // An output that nobody reads may have been left out.
      const ElementType* const type = pcollection.empty() ? OutputType(step, i) : TypeOrEncoded(pcollection);
      const WindowingStrategy windowing = pcollection.empty() ? GlobalWindows() : WindowingOf(pcollection);
      const int id = result_.graph.AddOutput(transform, name, type, windowing);
      Name(id, pcollection);
      if (step.kind == TransformKind::kToString) {
        node.coder = coders_[ids_.at(step.inputs.front())];
        coders_[id] = TextsOf(node.coder);
      } else if (type == &kEncodedElementType) {
        PassCoder(step, id);
      }
    }
    result_.stage.transforms.push_back(transform);
    result_.transforms.resize(static_cast<std::size_t>(transform) + 1);
    result_.transforms.back() = step.id;
    result_.side_inputs.resize(result_.transforms.size());
    for (std::size_t i = 0; i < step.side_tags.size(); ++i) {
      BundleSideInput side{step.side_tags[i], step.side_kinds[i], step.entry->do_fn->side_inputs[i], GlobalWindows()};
      // Engines leave the PCollection in the descriptor, or at least they may.
      const auto input = step.message->inputs().find(side.tag);
      if (input != step.message->inputs().end() && descriptor_.pcollections().count(input->second) > 0) {
        side.windowing = WindowingOf(input->second);
      }
      result_.side_inputs.back().push_back(std::move(side));
    }
  }

  void Name(int id, const std::string& pcollection) {
    if (!pcollection.empty()) ids_[pcollection] = id;
    result_.pcollections.resize(static_cast<std::size_t>(id) + 1);
    result_.pcollections.back() = pcollection;
  }

  const ElementType* TypeOrEncoded(const std::string& pcollection) const {
    const ElementType* const type = TypeOf(pcollection);
    return type == nullptr ? &kEncodedElementType : type;
  }

  // Of a step whose elements pass as they are: what comes in goes out.
  void PassCoder(const Step& step, int output) {
    for (const std::string& input : step.inputs) {
      const CoderSpec& coder = coders_[ids_.at(input)];
      const auto inserted = coders_.emplace(output, coder);
      if (!IsSameOnTheWire(inserted.first->second, coder)) {
        throw Error("its inputs are coded by " + CoderText(inserted.first->second) + " and by " + CoderText(coder));
      }
    }
  }

  // The coder of the pairs of ToString when their second half is a text.
  static CoderSpec TextsOf(CoderSpec pairs) {
    if (pairs.urn != urn::kCoderKv || pairs.components.size() != 2) {
      throw Error("its elements are coded by " + CoderText(pairs) + ", which is not that of pairs");
    }
    pairs.components[1] = {.urn = std::string(urn::kCoderText)};
    return pairs;
  }

  WindowingStrategy WindowingOf(const std::string& pcollection) const {
    const auto found = descriptor_.pcollections().find(pcollection);
    if (found == descriptor_.pcollections().end()) throw Error("there is no PCollection '" + pcollection + "'");
    const auto windowing = descriptor_.windowing_strategies().find(found->second.windowing_strategy_id());
    if (windowing == descriptor_.windowing_strategies().end()) {
      throw Error("there is no windowing strategy '" + found->second.windowing_strategy_id() + "'");
    }
    return WindowingFromProto(windowing->second);
  }

  BundleEnd ReadEnd(const Step& step, int pcollection) const {
    const auto port = Parse<fn::RemoteGrpcPort>(step.message->spec().payload(), "its port");
    BundleEnd end{step.id, port.api_service_descriptor().url(), pcollection, WindowCoding::kGlobal, {}};
    const CoderSpec coder = CoderFromProto(port.coder_id(), descriptor_.coders());
    if (coder.urn != urn::kCoderWindowedValue || coder.components.size() != 2) {
      throw Error("its elements are coded by " + CoderText(coder) + ", which is no windowed_value");
    }
    if (coder.components[1].urn == urn::kCoderIntervalWindow) {
      end.windows = WindowCoding::kInterval;
    } else if (coder.components[1].urn != urn::kCoderGlobalWindow) {
      throw Error("its windows are coded by " + CoderText(coder.components[1]));
    }
    end.coder = coder.components[0];
    const ElementType* const type = result_.graph.pcollection(pcollection).type;
    if (type == &kEncodedElementType && step.is_source) {
      static_cast<void>(DynamicCoder(end.coder));  // throws where nobody can tell where an element ends
      return end;
    }
    const CoderSpec ours = type == &kEncodedElementType ? coders_.at(pcollection) : type->wire->coder();
    if (!IsSameOnTheWire(coder.components[0], ours)) {
      throw Error("its elements are coded by " + CoderText(coder.components[0]) + " where " + CoderText(ours)
                  + " is expected");
    }
    return end;
  }

  const fn::ProcessBundleDescriptor& descriptor_;
  std::vector<Step> steps_;
  std::map<std::string, const ElementType*> types_;  // by PCollection
  std::map<std::string, int> ids_;                   // likewise, in the graph
  std::map<int, CoderSpec> coders_;                  // of what passes as it is, by PCollection of the graph
  BundleGraph result_;
};

}  // namespace

BundleGraph ReadDescriptor(const fn::ProcessBundleDescriptor& descriptor) { return DescriptorReader(descriptor).Run(); }

}  // namespace beam
