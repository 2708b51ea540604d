// A good pipeline, broken in each way that engines refuse.
#include "beam/portable/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "beam/portable/test_descriptor.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/window_into.h"
#include "beam/transforms/with_keys.h"

namespace validate_test {

using namespace beam;                    // NOLINT(google-build-using-namespace)
using namespace beam::testing_portable;  // NOLINT(google-build-using-namespace)

struct LookUpFn {
  void ProcessElement(std::int64_t n, const SideIterable<std::int64_t>&, const SideMap<int, std::int64_t>& map,
                      Output<std::int64_t> out) const {
    out.Emit(n + static_cast<std::int64_t>(map.All(0).size()));
  }
};

proto::Pipeline GoodPipeline() {
  Pipeline p;
  const auto numbers = p | Create("Numbers", {std::int64_t{1}, std::int64_t{2}});
  const auto pairs = numbers | WithKeys("Key", 0);
  pairs | GroupByKey("Group");
  pairs | SumPerKey("Sum");
  Flatten("Flatten", numbers, numbers) | WindowInto("Windows", FixedWindows(10));
  numbers | ParDo("Look Up", LookUpFn{}, AsIterable(numbers), AsMap(pairs));
  return ToProto(p.graph(), ProcessEnvironment("/bin/worker"));
}

proto::PTransform& Step(proto::Pipeline& p, const std::string& name) {
  return p.mutable_components()->mutable_transforms()->at(IdOf(p, name));
}
proto::PCollection& OutputOf(proto::Pipeline& p, const std::string& name) {
  return p.mutable_components()->mutable_pcollections()->at(Step(p, name).outputs().begin()->second);
}
proto::Coder& CoderOf(proto::Pipeline& p, const std::string& step) {
  return p.mutable_components()->mutable_coders()->at(OutputOf(p, step).coder_id());
}
proto::Environment& Environment(proto::Pipeline& p) {
  return p.mutable_components()->mutable_environments()->at("cpp");
}
proto::WindowingStrategy& Windowing(proto::Pipeline& p) {
  return p.mutable_components()->mutable_windowing_strategies()->begin()->second;
}
void AddCoder(proto::Pipeline& p, const std::string& id, const std::string& urn) {
  (*p.mutable_components()->mutable_coders())[id].mutable_spec()->set_urn(urn);
}
template <class Change>
void ChangePayload(proto::PTransform& step, Change change) {
  proto::ParDoPayload payload;
  payload.ParseFromString(step.spec().payload());
  change(payload);
  step.mutable_spec()->set_payload(payload.SerializeAsString());
}

TEST(Validate, TakesAGoodPipeline) {
  EXPECT_THAT(FindFaults(GoodPipeline()), testing::IsEmpty());
  CheckPipeline(GoodPipeline());
}

TEST(Validate, NamesEachFault) {
  struct Case {
    const char* fault;
    std::function<void(proto::Pipeline& p)> break_it;
  };
  using P = proto::Pipeline;
  const Case cases[] = {
      // The tree of steps.
      {"the pipeline has no steps", [](P& p) { p.Clear(); }},
      {"there is no step with the id 't99'", [](P& p) { p.add_root_transform_ids("t99"); }},
      {"step 'Key' is in two places", [](P& p) { p.add_root_transform_ids(IdOf(p, "Key")); }},
      {"step 'Group' is in no place of the pipeline",
       [](P& p) {
         auto& roots = *p.mutable_root_transform_ids();
         roots.erase(std::find(roots.begin(), roots.end(), IdOf(p, "Group")));
       }},
      {"has no name", [](P& p) { Step(p, "Group").clear_unique_name(); }},
      {"step 'Key' has the name of another one", [](P& p) { Step(p, "Group").set_unique_name("Key"); }},
      {"step 'Group' has no PCollection at 'in0'", [](P& p) { (*Step(p, "Group").mutable_inputs())["in0"] = "p99"; }},
      // Kinds of steps.
      {"step 'Group' is of the kind beam:transform:sort:v1, which engines do not know",
       [](P& p) { Step(p, "Group").mutable_spec()->set_urn("beam:transform:sort:v1"); }},
      {"step 'Group' does nothing", [](P& p) { Step(p, "Group").clear_spec(); }},
      {"step 'Numbers/Impulse' has 1 inputs, not 0",
       [](P& p) { (*Step(p, "Numbers/Impulse").mutable_inputs())["in0"] = Step(p, "Key").outputs().at("out"); }},
      {"step 'Numbers/Impulse' has an environment, but it is the engine's own",
       [](P& p) { Step(p, "Numbers/Impulse").set_environment_id("cpp"); }},
      {"step 'Group' has an environment", [](P& p) { Step(p, "Group").set_environment_id("cpp"); }},
      {"step 'Flatten/Flatten' has an environment", [](P& p) { Step(p, "Flatten/Flatten").set_environment_id("cpp"); }},
      {"step 'Key' has no environment to run in", [](P& p) { Step(p, "Key").clear_environment_id(); }},
      {"step 'Windows' has no environment to run in", [](P& p) { Step(p, "Windows").set_environment_id("go"); }},
      {"step 'Windows' has 0 inputs, not 1", [](P& p) { Step(p, "Windows").clear_inputs(); }},
      {"step 'Group' has 0 outputs, not 1", [](P& p) { Step(p, "Group").clear_outputs(); }},
      {"step 'Numbers/Reshuffle' has 0 inputs, not 1", [](P& p) { Step(p, "Numbers/Reshuffle").clear_inputs(); }},
      {"step 'Flatten/Flatten' flattens elements that are coded in several ways",
       [](P& p) {
         AddCoder(p, "other", "beam:coder:varint:v1");
         OutputOf(p, "Flatten/Flatten").set_coder_id("other");
       }},
      {"step 'Flatten/Flatten' flattens several kinds of windows",
       [](P& p) {
         OutputOf(p, "Flatten/Flatten").set_windowing_strategy_id(OutputOf(p, "Windows").windowing_strategy_id());
       }},
      {"step 'Flatten/Flatten' has 0 outputs, not 1", [](P& p) { Step(p, "Flatten/Flatten").clear_outputs(); }},
      // Groups.
      {"step 'Group' groups elements that are not KV<K, V> but beam:coder:varint:v1",
       [](P& p) { OutputOf(p, "Key").set_coder_id(OutputOf(p, "Numbers/Make").coder_id()); }},
      {"step 'Group' makes groups that are not KV<K, V>",
       [](P& p) { OutputOf(p, "Group").set_coder_id(OutputOf(p, "Numbers/Make").coder_id()); }},
      {"step 'Group' has keys that are coded in one way before it and in another behind it",
       [](P& p) {
         AddCoder(p, "other", "beam:coder:varint:v1");
         CoderOf(p, "Group").set_component_coder_ids(0, "other");
       }},
      {"step 'Group' has values that are coded in one way before it and in another behind it",
       [](P& p) {
         AddCoder(p, "other", "beam:coder:varint:v1");
         p.mutable_components()
             ->mutable_coders()
             ->at(CoderOf(p, "Group").component_coder_ids(1))
             .set_component_coder_ids(0, "other");
       }},
      {"step 'Group' makes groups whose values are no iterable",
       [](P& p) { CoderOf(p, "Group").set_component_coder_ids(1, OutputOf(p, "Numbers/Make").coder_id()); }},
      // Functions.
      {"step 'Sum' has no CombineFn", [](P& p) { Step(p, "Sum").mutable_spec()->set_payload("\xFF"); }},
      {"step 'Sum' has no coder for its accumulators",
       [](P& p) {
         proto::CombinePayload payload;
         payload.ParseFromString(Step(p, "Sum").spec().payload());
         payload.clear_accumulator_coder_id();
         Step(p, "Sum").mutable_spec()->set_payload(payload.SerializeAsString());
       }},
      {"step 'Sum' has accumulators without a length before them",
       [](P& p) {
         AddCoder(p, "other", "beam:cpp:other:v1");
         proto::CombinePayload payload;
         payload.ParseFromString(Step(p, "Sum").spec().payload());
         payload.set_accumulator_coder_id("other");
         Step(p, "Sum").mutable_spec()->set_payload(payload.SerializeAsString());
       }},
      {"step 'Sum' combines elements that are not KV<K, V>",
       [](P& p) { OutputOf(p, "Key").set_coder_id(OutputOf(p, "Numbers/Make").coder_id()); }},
      {"step 'Key' has no DoFn", [](P& p) { Step(p, "Key").mutable_spec()->clear_payload(); }},
      {"step 'Key' has 0 main inputs, not 1", [](P& p) { Step(p, "Key").clear_inputs(); }},
      {"step 'Look Up' has no PCollection for side input 'side0'",
       [](P& p) { Step(p, "Look Up").mutable_inputs()->erase("side0"); }},
      {"step 'Look Up' looks up by key in elements that are not KV<K, V>",
       [](P& p) { (*Step(p, "Look Up").mutable_inputs())["side1"] = Step(p, "Look Up").inputs().at("side0"); }},
      {"step 'Look Up' reads side input 'side0' in the unknown way 'beam:side_input:list:v1'",
       [](P& p) {
         ChangePayload(Step(p, "Look Up"), [](proto::ParDoPayload& payload) {
           payload.mutable_side_inputs()->at("side0").mutable_access_pattern()->set_urn("beam:side_input:list:v1");
         });
       }},
      {"step 'Key' needs beam:requirement:pardo:splittable_dofn:v1, which the pipeline does not say",
       [](P& p) {
         ChangePayload(Step(p, "Key"), [](proto::ParDoPayload& payload) { payload.set_restriction_coder_id("c"); });
       }},
      {"step 'Key' needs beam:requirement:pardo:stateful:v1",
       [](P& p) {
         ChangePayload(Step(p, "Key"), [](proto::ParDoPayload& payload) { (*payload.mutable_state_specs())["s"]; });
       }},
      {"step 'Key' needs beam:requirement:pardo:finalization:v1",
       [](P& p) {
         ChangePayload(Step(p, "Key"), [](proto::ParDoPayload& payload) { payload.set_requests_finalization(true); });
       }},
      {"step 'Key' needs beam:requirement:pardo:stable_input:v1",
       [](P& p) {
         ChangePayload(Step(p, "Key"), [](proto::ParDoPayload& payload) { payload.set_requires_stable_input(true); });
       }},
      {"step 'Key' needs beam:requirement:pardo:time_sorted_input:v1",
       [](P& p) {
         ChangePayload(Step(p, "Key"),
                       [](proto::ParDoPayload& payload) { payload.set_requires_time_sorted_input(true); });
       }},
      {"step 'Key' needs beam:requirement:pardo:on_window_expiration:v1",
       [](P& p) {
         ChangePayload(Step(p, "Key"),
                       [](proto::ParDoPayload& payload) { payload.set_on_window_expiration_timer_family_spec("t"); });
       }},
      {"the pipeline requires beam:requirement:pardo:stateful:v1, which no step needs",
       [](P& p) { p.add_requirements("beam:requirement:pardo:stateful:v1"); }},
      // PCollections.
      {"PCollection 'Key.out' has no coder", [](P& p) { OutputOf(p, "Key").set_coder_id("none"); }},
      {"PCollection 'Key.out' has no windowing strategy",
       [](P& p) { OutputOf(p, "Key").clear_windowing_strategy_id(); }},
      {"PCollection 'Key.out' does not say whether it is bounded", [](P& p) { OutputOf(p, "Key").clear_is_bounded(); }},
      {"PCollection 'Group.out' has the name of another one",
       [](P& p) { OutputOf(p, "Key").set_unique_name("Group.out"); }},
      {"has no name", [](P& p) { OutputOf(p, "Key").clear_unique_name(); }},
      {"PCollection 'Key.out' has elements coded by beam:cpp:other:v1 without a length before them",
       [](P& p) {
         AddCoder(p, "other", "beam:cpp:other:v1");
         CoderOf(p, "Key").set_component_coder_ids(1, "other");
       }},
      {"PCollection 'Key.out' is made by no step", [](P& p) { Step(p, "Key").clear_outputs(); }},
      {"PCollection 'Key.out' is made by several steps",
       [](P& p) { (*Step(p, "Group").mutable_outputs())["out"] = Step(p, "Key").outputs().at("out"); }},
      // Coders.
      {"is made of 'none', which is not there", [](P& p) { CoderOf(p, "Key").set_component_coder_ids(0, "none"); }},
      {"holds itself", [](P& p) { CoderOf(p, "Key").set_component_coder_ids(0, OutputOf(p, "Key").coder_id()); }},
      {"is a beam:coder:kv:v1 of 3 parts, not of 2",
       [](P& p) { CoderOf(p, "Key").add_component_coder_ids(CoderOf(p, "Key").component_coder_ids(0)); }},
      // Environments.
      {"environment 'cpp' is of the unknown kind 'beam:env:cloud:v1'",
       [](P& p) { Environment(p).set_urn("beam:env:cloud:v1"); }},
      {"environment 'cpp' names no command", [](P& p) { Environment(p).clear_payload(); }},
      {"environment 'cpp' names no container image", [](P& p) { Environment(p) = DockerEnvironment(""); }},
      {"environment 'cpp' names no worker pool", [](P& p) { Environment(p) = ExternalEnvironment(""); }},
      {"environment 'cpp' has an artifact without a type, a place or a role",
       [](P& p) { Environment(p).add_dependencies()->set_type_urn("beam:artifact:type:file:v1"); }},
      {"environment 'cpp' has the same artifact twice",
       [](P& p) {
         for (int i = 0; i < 2; ++i) {
           proto::ArtifactInformation& artifact = *Environment(p).add_dependencies();
           artifact.set_type_urn("beam:artifact:type:file:v1");
           artifact.set_type_payload("path");
           artifact.set_role_urn("beam:artifact:role:staging_to:v1");
         }
       }},
      // Windows.
      {"has windows of the unknown kind 'beam:window_fn:moons:v1'",
       [](P& p) { Windowing(p).mutable_window_fn()->set_urn("beam:window_fn:moons:v1"); }},
      {"does not say that windows never merge", [](P& p) { Windowing(p).clear_merge_status(); }},
      {"has no coder for its windows", [](P& p) { Windowing(p).clear_window_coder_id(); }},
      {"has no trigger", [](P& p) { Windowing(p).clear_trigger(); }},
      {"has no accumulation mode", [](P& p) { Windowing(p).clear_accumulation_mode(); }},
      {"has no output time", [](P& p) { Windowing(p).clear_output_time(); }},
      {"has no closing behaviour", [](P& p) { Windowing(p).clear_closing_behavior(); }},
      {"has no on-time behaviour", [](P& p) { Windowing(p).clear_on_time_behavior(); }},
      {"has no environment for its windows", [](P& p) { Windowing(p).set_environment_id("go"); }},
  };
  for (const Case& broken : cases) {
    proto::Pipeline pipeline = GoodPipeline();
    broken.break_it(pipeline);
    EXPECT_THAT(FindFaults(pipeline), testing::Contains(testing::HasSubstr(broken.fault))) << broken.fault;
  }
}

TEST(Validate, SaysAllThatIsWrong) {
  proto::Pipeline pipeline = GoodPipeline();
  Step(pipeline, "Key").clear_environment_id();
  Step(pipeline, "Group").set_environment_id("cpp");
  try {
    CheckPipeline(pipeline);
    FAIL() << "the pipeline is broken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("step 'Key' has no environment to run in"));
    EXPECT_THAT(error.what(), testing::HasSubstr("step 'Group' has an environment"));
  }
}

}  // namespace validate_test
