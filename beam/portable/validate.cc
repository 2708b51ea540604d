#include "beam/portable/validate.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

#include "beam/base/error.h"
#include "beam/portable/urns.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;

namespace {

using Ids = std::map<std::string, std::string>;

// What an engine need not have behind a length prefix.
constexpr std::string_view kKnownCoders[] = {
    "beam:coder:bytes:v1",     "beam:coder:string_utf8:v1",
    "beam:coder:bool:v1",      "beam:coder:varint:v1",
    "beam:coder:double:v1",    "beam:coder:kv:v1",
    urn::kCoderIterable,       "beam:coder:state_backed_iterable:v1",
    urn::kCoderLengthPrefix,   urn::kCoderGlobalWindow,
    urn::kCoderIntervalWindow, urn::kCoderWindowedValue,
};
constexpr std::string_view kKnownWindowFns[] = {urn::kGlobalWindows, urn::kFixedWindows,
                                                "beam:window_fn:sliding_windows:v1"};
constexpr std::string_view kKnownEnvironments[] = {urn::kDockerEnvironment, urn::kProcessEnvironment,
                                                   urn::kExternalEnvironment, urn::kDefaultEnvironment};

template <class List>
bool Contains(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

std::string Quoted(const std::string& text) { return "'" + text + "'"; }

class Validator {
 public:
  explicit Validator(const proto::Pipeline& pipeline) : pipeline_(pipeline), components_(pipeline.components()) {}

  std::vector<std::string> Run() {
    for (const auto& id : SortedIds(components_.coders())) CheckCoder(id);
    for (const auto& id : SortedIds(components_.environments())) CheckEnvironment(id);
    for (const auto& id : SortedIds(components_.windowing_strategies())) CheckWindowing(id);
    for (const auto& id : SortedIds(components_.pcollections())) CheckPCollection(id);
    if (components_.transforms().empty()) Fault("the pipeline has no steps");
    CheckTree();
    for (const auto& id : SortedIds(components_.transforms())) CheckTransform(id);
    CheckProducers();
    CheckRequirements();
    return std::move(faults_);
  }

 private:
  template <class Map>
  static std::vector<std::string> SortedIds(const Map& map) {
    std::vector<std::string> ids;
    for (const auto& entry : map) ids.push_back(entry.first);
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  template <class Map>
  static const typename Map::mapped_type* Find(const Map& map, const std::string& id) {
    const auto found = map.find(id);
    return found == map.end() ? nullptr : &found->second;
  }

  void Fault(std::string sentence) { faults_.push_back(std::move(sentence)); }
  // A fault of the transform that is looked at.
  void StepFault(const std::string& what) { Fault("step " + Quoted(step_->unique_name()) + " " + what); }

  // ---- Coders, environments, windows, PCollections.

  void CheckCoder(const std::string& id) {
    const proto::Coder& coder = components_.coders().at(id);
    for (const std::string& component : coder.component_coder_ids()) {
      if (Find(components_.coders(), component) == nullptr) {
        Fault("coder " + Quoted(id) + " is made of " + Quoted(component) + ", which is not there");
      }
    }
    std::set<std::string> within;
    if (HoldsItself(id, within)) Fault("coder " + Quoted(id) + " holds itself");
    const std::size_t wanted = PartsOf(coder.spec().urn());
    if (wanted != 0 && wanted != static_cast<std::size_t>(coder.component_coder_ids_size())) {
      Fault("coder " + Quoted(id) + " is a " + coder.spec().urn() + " of "
            + std::to_string(coder.component_coder_ids_size()) + " parts, not of " + std::to_string(wanted));
    }
  }

  static std::size_t PartsOf(const std::string& urn) {
    if (urn == urn::kCoderKv || urn == urn::kCoderWindowedValue) return 2;
    return urn == urn::kCoderIterable || urn == urn::kCoderLengthPrefix ? 1 : 0;
  }

  // `within` are the coders that hold this one.
  bool HoldsItself(const std::string& id, std::set<std::string>& within) const {
    const proto::Coder* const coder = Find(components_.coders(), id);
    if (coder == nullptr) return false;
    if (!within.insert(id).second) return true;
    const auto& parts = coder->component_coder_ids();
    const bool holds =
        std::any_of(parts.begin(), parts.end(), [&](const std::string& part) { return HoldsItself(part, within); });
    within.erase(id);
    return holds;
  }

  // The first coder within `id` that engines may not know and have no length for; null if there is none.
  const proto::Coder* FindUnskippable(const std::string& id, int depth = 0) const {
    const proto::Coder* const coder = Find(components_.coders(), id);
    if (coder == nullptr || coder->spec().urn() == urn::kCoderLengthPrefix || depth > kMostNested) return nullptr;
    if (!Contains(kKnownCoders, coder->spec().urn())) return coder;
    for (const std::string& part : coder->component_coder_ids()) {
      if (const proto::Coder* const found = FindUnskippable(part, depth + 1)) return found;
    }
    return nullptr;
  }

  void CheckEnvironment(const std::string& id) {
    const proto::Environment& environment = components_.environments().at(id);
    const auto fault = [&](const std::string& what) { Fault("environment " + Quoted(id) + " " + what); };
    if (!Contains(kKnownEnvironments, environment.urn())) fault("is of the unknown kind " + Quoted(environment.urn()));
    proto::DockerPayload docker;
    if (environment.urn() == urn::kDockerEnvironment
        && (!docker.ParseFromString(environment.payload()) || docker.container_image().empty())) {
      fault("names no container image");
    }
    proto::ProcessPayload process;
    if (environment.urn() == urn::kProcessEnvironment
        && (!process.ParseFromString(environment.payload()) || process.command().empty())) {
      fault("names no command");
    }
    proto::ExternalPayload external;
    if (environment.urn() == urn::kExternalEnvironment
        && (!external.ParseFromString(environment.payload()) || external.endpoint().url().empty())) {
      fault("names no worker pool");
    }
    // Prism tells artifacts apart by this alone.
    std::set<std::string> payloads;
    for (const proto::ArtifactInformation& artifact : environment.dependencies()) {
      if (artifact.type_urn().empty() || artifact.type_payload().empty() || artifact.role_urn().empty()) {
        fault("has an artifact without a type, a place or a role");
      } else if (!payloads.insert(artifact.type_payload()).second) {
        fault("has the same artifact twice");
      }
    }
  }

  void CheckWindowing(const std::string& id) {
    const proto::WindowingStrategy& windowing = components_.windowing_strategies().at(id);
    const auto fault = [&](const std::string& what) { Fault("windowing strategy " + Quoted(id) + " " + what); };
    if (!Contains(kKnownWindowFns, windowing.window_fn().urn())) {
      fault("has windows of the unknown kind " + Quoted(windowing.window_fn().urn()));
    }
    if (windowing.merge_status() != proto::MergeStatus::NON_MERGING) fault("does not say that windows never merge");
    if (Find(components_.coders(), windowing.window_coder_id()) == nullptr) fault("has no coder for its windows");
    if (!windowing.has_trigger()) fault("has no trigger");
    if (windowing.accumulation_mode() == proto::AccumulationMode::UNSPECIFIED) fault("has no accumulation mode");
    if (windowing.output_time() == proto::OutputTime::UNSPECIFIED) fault("has no output time");
    if (windowing.closing_behavior() == proto::ClosingBehavior::UNSPECIFIED) fault("has no closing behaviour");
    if (windowing.on_time_behavior() == proto::OnTimeBehavior::UNSPECIFIED) fault("has no on-time behaviour");
    if (Find(components_.environments(), windowing.environment_id()) == nullptr) {
      fault("has no environment for its windows");
    }
  }

  void CheckPCollection(const std::string& id) {
    const proto::PCollection& pcollection = components_.pcollections().at(id);
    const auto fault = [&](const std::string& what) {
      Fault("PCollection " + Quoted(pcollection.unique_name()) + " " + what);
    };
    if (pcollection.unique_name().empty()) Fault("PCollection " + Quoted(id) + " has no name");
    if (!pcollection_names_.insert(pcollection.unique_name()).second) fault("has the name of another one");
    if (Find(components_.coders(), pcollection.coder_id()) == nullptr) {
      fault("has no coder");
    } else if (const proto::Coder* const coder = FindUnskippable(pcollection.coder_id())) {
      fault("has elements coded by " + coder->spec().urn() + " without a length before them");
    }
    if (Find(components_.windowing_strategies(), pcollection.windowing_strategy_id()) == nullptr) {
      fault("has no windowing strategy");
    }
    if (pcollection.is_bounded() == proto::IsBounded::UNSPECIFIED) fault("does not say whether it is bounded");
  }

  // ---- Steps.

  void CheckTree() {
    std::vector<std::string> left(pipeline_.root_transform_ids().begin(), pipeline_.root_transform_ids().end());
    std::set<std::string> seen;
    while (!left.empty()) {
      const std::string id = left.back();
      left.pop_back();
      const proto::PTransform* const transform = Find(components_.transforms(), id);
      if (transform == nullptr) {
        Fault("there is no step with the id " + Quoted(id));
        continue;
      }
      if (!seen.insert(id).second) {
        Fault("step " + Quoted(transform->unique_name()) + " is in two places");
        continue;
      }
      left.insert(left.end(), transform->subtransforms().begin(), transform->subtransforms().end());
    }
    for (const auto& id : SortedIds(components_.transforms())) {
      if (seen.count(id) == 0) {
        Fault("step " + Quoted(components_.transforms().at(id).unique_name()) + " is in no place of the pipeline");
      }
    }
  }

  void CheckTransform(const std::string& id) {
    step_ = &components_.transforms().at(id);
    inputs_ = Ids(step_->inputs().begin(), step_->inputs().end());
    outputs_ = Ids(step_->outputs().begin(), step_->outputs().end());
    if (step_->unique_name().empty()) Fault("step " + Quoted(id) + " has no name");
    if (!step_names_.insert(step_->unique_name()).second) StepFault("has the name of another one");
    bool ends_are_there = true;
    for (const Ids* const ends : {&inputs_, &outputs_}) {
      for (const auto& [tag, pcollection] : *ends) {
        if (Find(components_.pcollections(), pcollection) != nullptr) continue;
        StepFault("has no PCollection at " + Quoted(tag));
        ends_are_there = false;
      }
    }
    if (!ends_are_there) return;
    const std::string& urn = step_->spec().urn();
    if (urn == urn::kImpulse) {
      CheckImpulse();
    } else if (urn == urn::kParDo) {
      CheckParDo();
    } else if (urn == urn::kGroupByKey) {
      CheckGroupByKey();
    } else if (urn == urn::kFlatten) {
      CheckFlatten();
    } else if (urn == urn::kWindowInto) {
      CheckEnds(1, 1);
      RequireEnvironment();
    } else if (urn == urn::kReshuffle) {
      CheckEnds(1, 1);
    } else if (urn == urn::kCombinePerKey) {
      CheckCombine();
    } else if (step_->subtransforms().empty()) {
      StepFault(urn.empty() ? "does nothing" : "is of the kind " + urn + ", which engines do not know");
    }
  }

  void CheckEnds(std::size_t inputs, std::size_t outputs) {
    if (inputs_.size() != inputs)
      StepFault("has " + std::to_string(inputs_.size()) + " inputs, not " + std::to_string(inputs));
    if (outputs_.size() != outputs)
      StepFault("has " + std::to_string(outputs_.size()) + " outputs, not " + std::to_string(outputs));
  }

  void RequireEnvironment() {
    if (Find(components_.environments(), step_->environment_id()) == nullptr) StepFault("has no environment to run in");
  }

  // What an engine does itself: some take a step with an environment for one that an SDK runs.
  void RefuseEnvironment() {
    if (!step_->environment_id().empty()) StepFault("has an environment, but it is the engine's own");
  }

  void CheckImpulse() {
    CheckEnds(0, 1);
    RefuseEnvironment();
  }

  void CheckFlatten() {
    RefuseEnvironment();
    if (outputs_.size() != 1) return StepFault("has " + std::to_string(outputs_.size()) + " outputs, not 1");
    const proto::PCollection& output = components_.pcollections().at(outputs_.begin()->second);
    for (const auto& [tag, id] : inputs_) {
      const proto::PCollection& input = components_.pcollections().at(id);
      if (input.coder_id() != output.coder_id()) StepFault("flattens elements that are coded in several ways");
      if (input.windowing_strategy_id() != output.windowing_strategy_id())
        StepFault("flattens several kinds of windows");
    }
  }

  const proto::Coder* CoderOf(const std::string& pcollection) const {
    return Find(components_.coders(), components_.pcollections().at(pcollection).coder_id());
  }
  // The coder of pairs, or null, which is said elsewhere or here.
  const proto::Coder* RequirePairs(const std::string& pcollection, const char* what) {
    const proto::Coder* const coder = CoderOf(pcollection);
    if (coder == nullptr) return nullptr;
    if (coder->spec().urn() == urn::kCoderKv && coder->component_coder_ids_size() == 2) return coder;
    StepFault(std::string(what) + " that are not KV<K, V> but " + coder->spec().urn());
    return nullptr;
  }

  void CheckGroupByKey() {
    RefuseEnvironment();
    CheckEnds(1, 1);
    if (inputs_.size() != 1 || outputs_.size() != 1) return;
    const proto::Coder* const pairs = RequirePairs(inputs_.begin()->second, "groups elements");
    const proto::Coder* const groups = RequirePairs(outputs_.begin()->second, "makes groups");
    if (pairs == nullptr || groups == nullptr) return;
    // By id, as engines compare them.
    if (pairs->component_coder_ids(0) != groups->component_coder_ids(0)) {
      StepFault("has keys that are coded in one way before it and in another behind it");
    }
    const proto::Coder* const values = Find(components_.coders(), groups->component_coder_ids(1));
    if (values == nullptr) return;
    if (values->spec().urn() != urn::kCoderIterable || values->component_coder_ids_size() != 1) {
      StepFault("makes groups whose values are no iterable");
    } else if (values->component_coder_ids(0) != pairs->component_coder_ids(1)) {
      StepFault("has values that are coded in one way before it and in another behind it");
    }
  }

  void CheckCombine() {
    CheckEnds(1, 1);
    RequireEnvironment();
    proto::CombinePayload payload;
    if (!payload.ParseFromString(step_->spec().payload()) || payload.combine_fn().urn().empty()) {
      StepFault("has no CombineFn");
    } else if (Find(components_.coders(), payload.accumulator_coder_id()) == nullptr) {
      StepFault("has no coder for its accumulators");
    } else if (FindUnskippable(payload.accumulator_coder_id()) != nullptr) {
      StepFault("has accumulators without a length before them");
    }
    if (inputs_.size() == 1) RequirePairs(inputs_.begin()->second, "combines elements");
    if (outputs_.size() == 1) RequirePairs(outputs_.begin()->second, "makes results");
  }

  void CheckParDo() {
    RequireEnvironment();
    proto::ParDoPayload payload;
    if (!payload.ParseFromString(step_->spec().payload()) || payload.do_fn().urn().empty()) {
      return StepFault("has no DoFn");
    }
    for (const std::string& tag : SortedIds(payload.side_inputs())) {
      const auto input = inputs_.find(tag);
      if (input == inputs_.end()) {
        StepFault("has no PCollection for side input " + Quoted(tag));
        continue;
      }
      const std::string& pattern = payload.side_inputs().at(tag).access_pattern().urn();
      if (pattern == urn::kSideInputMultimap) {
        RequirePairs(input->second, "looks up by key in elements");
      } else if (pattern != urn::kSideInputIterable) {
        StepFault("reads side input " + Quoted(tag) + " in the unknown way " + Quoted(pattern));
      }
      inputs_.erase(input);
    }
    if (inputs_.size() != 1) StepFault("has " + std::to_string(inputs_.size()) + " main inputs, not 1");
    NoteRequirements(payload);
  }

  // ---- What all steps need together.

  void NoteRequirements(const proto::ParDoPayload& payload) {
    const auto note = [this](bool needed, std::string_view requirement) {
      if (needed) needed_.emplace(requirement, step_->unique_name());
    };
    note(!payload.restriction_coder_id().empty(), "beam:requirement:pardo:splittable_dofn:v1");
    note(payload.state_specs_size() > 0 || payload.timer_family_specs_size() > 0, "beam:requirement:pardo:stateful:v1");
    note(payload.requests_finalization(), urn::kFinalization);
    note(payload.requires_stable_input(), "beam:requirement:pardo:stable_input:v1");
    note(payload.requires_time_sorted_input(), "beam:requirement:pardo:time_sorted_input:v1");
    note(!payload.on_window_expiration_timer_family_spec().empty(), "beam:requirement:pardo:on_window_expiration:v1");
  }

  void CheckRequirements() {
    const std::set<std::string> stated(pipeline_.requirements().begin(), pipeline_.requirements().end());
    for (const auto& [requirement, step] : needed_) {
      if (stated.count(requirement) == 0) {
        Fault("step " + Quoted(step) + " needs " + requirement + ", which the pipeline does not say");
      }
    }
    for (const std::string& requirement : stated) {
      if (needed_.count(requirement) == 0) Fault("the pipeline requires " + requirement + ", which no step needs");
    }
  }

  // Each PCollection comes from one leaf.
  void CheckProducers() {
    std::map<std::string, int> made;
    for (const auto& [id, transform] : components_.transforms()) {
      if (!transform.subtransforms().empty()) continue;
      for (const auto& output : transform.outputs()) ++made[output.second];
    }
    for (const auto& id : SortedIds(components_.pcollections())) {
      const std::string& name = components_.pcollections().at(id).unique_name();
      if (made[id] == 0) Fault("PCollection " + Quoted(name) + " is made by no step");
      if (made[id] > 1) Fault("PCollection " + Quoted(name) + " is made by several steps");
    }
  }

  static constexpr int kMostNested = 100;

  const proto::Pipeline& pipeline_;
  const proto::Components& components_;
  std::vector<std::string> faults_;
  std::set<std::string> step_names_;
  std::set<std::string> pcollection_names_;
  Ids needed_;  // requirements, with a step that has them
  // Of the step that is looked at:
  const proto::PTransform* step_ = nullptr;
  Ids inputs_;
  Ids outputs_;
};

}  // namespace

std::vector<std::string> FindFaults(const proto::Pipeline& pipeline) { return Validator(pipeline).Run(); }

void CheckPipeline(const proto::Pipeline& pipeline) {
  const std::vector<std::string> faults = FindFaults(pipeline);
  if (faults.empty()) return;
  std::string text = "no engine would take this pipeline: ";
  for (const std::string& fault : faults) text += (&fault == &faults.front() ? "" : "; ") + fault;
  throw Error(text);
}

}  // namespace beam
