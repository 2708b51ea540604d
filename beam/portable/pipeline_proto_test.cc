// Pipelines as Beam's proto: the names and parts that engines look at.
#include "beam/portable/pipeline_proto.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "beam/portable/components.h"
#include "beam/portable/test_descriptor.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"
#include "beam/transforms/par_do.h"
#include "beam/transforms/reshuffle.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/window_into.h"
#include "beam/transforms/with_keys.h"

namespace pipeline_proto_test {

using namespace beam;                    // NOLINT(google-build-using-namespace)
using namespace beam::testing_portable;  // NOLINT(google-build-using-namespace)

// A transform as "name urn: inputs -> outputs", its PCollections by the names that they have in the proto, and its
// parts below it.
void Show(const proto::Pipeline& pipeline, const std::string& id, int depth, std::string& text) {
  const proto::PTransform& transform = pipeline.components().transforms().at(id);
  std::string urn = transform.spec().urn();
  if (urn.starts_with("beam:transform:")) urn = urn.substr(15, urn.size() - 15 - 3);
  text += std::string(static_cast<std::size_t>(depth) * 2, ' ') + transform.unique_name() + " [" + urn + "]";
  const auto show = [&](const char* arrow, const auto& ends) {
    for (const auto& [tag, pcollection] : std::map<std::string, std::string>(ends.begin(), ends.end())) {
      text += arrow + pipeline.components().pcollections().at(pcollection).unique_name();
    }
  };
  show(" <- ", transform.inputs());
  show(" -> ", transform.outputs());
  text += "\n";
  for (const std::string& part : transform.subtransforms()) Show(pipeline, part, depth + 1, text);
}

std::string Show(const proto::Pipeline& pipeline) {
  std::string text;
  for (const std::string& root : pipeline.root_transform_ids()) Show(pipeline, root, 0, text);
  return text;
}

TEST(PipelineProto, HasTheStandardParts) {
  Pipeline p;
  const auto numbers = p | Impulse("Start") | Map("One", [](const Bytes&) { return std::int64_t{1}; });
  numbers
      | Reshuffle("Shuffle")
      | WithKeys("Key", [](std::int64_t n) { return n; })
      | SumPerKey("Sum")
      | GroupByKey("Group");
  Flatten("Flatten", numbers, numbers) | WindowInto("Windows", FixedWindows(10));
  EXPECT_EQ(Show(ProtoOf(p)),
            "Start [impulse] -> Start.out\n"
            "One [pardo] <- Start.out -> One.out\n"
            "Shuffle [reshuffle] <- One.out -> Shuffle.out\n"
            "  Shuffle/Pair [pardo] <- One.out -> Shuffle/Pair.out\n"
            "  Shuffle/Group [group_by_key] <- Shuffle/Pair.out -> Shuffle/Group.out\n"
            "  Shuffle/Unpair [pardo] <- Shuffle/Group.out -> Shuffle.out\n"
            "Key [pardo] <- Shuffle.out -> Key.out\n"
            "Sum [combine_per_key] <- Key.out -> Sum.out\n"
            "  Sum/Group [group_by_key] <- Key.out -> Sum/Group.out\n"
            "  Sum/Combine [pardo] <- Sum/Group.out -> Sum.out\n"
            "Group [group_by_key] <- Sum.out -> Group.out\n"
            "Flatten [] <- One.out <- One.out -> Flatten.out\n"
            "  Flatten/Pass0 [pardo] <- One.out -> Flatten/Pass0.out\n"
            "  Flatten/Pass1 [pardo] <- One.out -> Flatten/Pass1.out\n"
            "  Flatten/Flatten [flatten] <- Flatten/Pass0.out <- Flatten/Pass1.out -> Flatten.out\n"
            "Windows [window_into] <- Flatten.out -> Windows.out\n");
}

// As Prism gives what an Impulse makes to no side input.
TEST(PipelineProto, PassesOnAnImpulseThatIsASideInput) {
  struct Count {
    void ProcessElement(std::int64_t n, const SideIterable<Bytes>& side, Output<std::int64_t> out) const {
      out.Emit(n + static_cast<std::int64_t>(side.size()));
    }
  };
  Pipeline p;
  const auto start = p | Impulse("Start");
  start | Map("One", [](const Bytes&) { return std::int64_t{1}; }) | ParDo("Count", Count{}, AsIterable(start));
  const proto::Pipeline pipeline = ProtoOf(p);
  EXPECT_EQ(Show(pipeline),
            "Start [] -> Start.out\n"
            "  Start/Impulse [impulse] -> Start/Impulse.out\n"
            "  Start/Pass [pardo] <- Start/Impulse.out -> Start.out\n"
            "One [pardo] <- Start.out -> One.out\n"
            "Count [pardo] <- One.out <- Start.out -> Count.out\n");
}

// As the fuser of Java's engines takes it for a step of the workers and for one of the engine, and refuses both.
TEST(PipelineProto, FlattensOnlyWhatWorkersMakeForIt) {
  const auto negate = [](std::int64_t n) { return -n; };
  Pipeline p;
  const auto one = p | Impulse("Start") | Map("One", [](const Bytes&) { return std::int64_t{1}; });
  const auto left = one | Map("Left", negate);
  Flatten("Plain", left, one | Map("Right", negate));
  Flatten("Mixed", one | Map("Alone", negate), one | Reshuffle("Shuffle"));
  const std::string text = Show(ProtoOf(p));
  EXPECT_NE(text.find("Plain [flatten] <- Left.out <- Right.out -> Plain.out\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Mixed [] <- Alone.out <- Shuffle.out -> Mixed.out\n"
                      "  Mixed/Pass1 [pardo] <- Shuffle.out -> Mixed/Pass1.out\n"
                      "  Mixed/Flatten [flatten] <- Alone.out <- Mixed/Pass1.out -> Mixed.out\n"),
            std::string::npos)
      << text;
}

TEST(PipelineProto, NamesTheEndsOfComposites) {
  Pipeline p;
  const auto numbers = p | Create("Numbers", {std::int64_t{1}});
  numbers | Sum("Total");
  const std::string text = Show(ProtoOf(p));
  EXPECT_NE(text.find("Total [] <- Numbers"), std::string::npos) << text;
}

TEST(PipelineProto, IdsLeadBackToTheSteps) {
  Pipeline p;
  p | Create("Numbers", {std::int64_t{1}}) | Sum("Total");
  const proto::Pipeline pipeline = ProtoOf(p);
  for (const auto& [id, transform] : pipeline.components().transforms()) {
    const int step = TransformOfId(p.graph(), id);
    ASSERT_GE(step, 0) << id;
    EXPECT_TRUE(transform.unique_name().starts_with(p.graph().transform(step).full_name)) << id;
  }
  for (const char* const id : {"", "t", "x1", "t-1", "t99", "t1x", "1"})
    EXPECT_EQ(TransformOfId(p.graph(), id), -1) << id;
}

TEST(PipelineProto, GivesEveryStepAndPCollectionANameOfItsOwn) {
  Pipeline p;
  const auto pairs = p | Create("Numbers", {std::int64_t{1}}) | WithKeys("Key", 0);
  // Names like those of the parts that a composite is made of, and like those of its outputs.
  pairs | SumPerKey("Sum/Group");
  pairs | SumPerKey("Sum") | Reshuffle("Sum/Combine");
  pairs | Reshuffle("Sum.out");
  const std::string text = Show(ProtoOf(p));
  EXPECT_NE(text.find("Sum/Group_2 [group_by_key]"), std::string::npos) << text;
}

struct Nested {
  Timestamp time = {};
  double gain = 0.5;
};
struct ShownFn {
  std::string path;
  bool loud = true;
  int count = -3;
  std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  std::optional<int> none = std::nullopt;
  std::optional<float> some = 2.0F;
  Nested nested = {};
  std::vector<int> list{1, 2};
  Bytes bytes = {};
  void ProcessElement(const Bytes&) const {}
};

std::string ShowDisplay(const proto::PTransform& transform) {
  std::string text;
  for (const proto::DisplayData& data : transform.display_data()) {
    EXPECT_EQ(data.urn(), "beam:display_data:labelled:v1");
    proto::LabelledPayload payload;
    EXPECT_TRUE(payload.ParseFromString(data.payload()));
    EXPECT_EQ(payload.label(), payload.key());
    EXPECT_EQ(payload.namespace_(), "pipeline_proto_test::ShownFn");
    text += payload.key() + "=";
    if (payload.has_string_value()) text += "'" + payload.string_value() + "'";
    if (payload.has_bool_value()) text += payload.bool_value() ? "true" : "false";
    if (payload.has_int_value()) text += std::to_string(payload.int_value());
    if (payload.has_double_value()) text += std::to_string(payload.double_value()).substr(0, 3);
    text += " ";
  }
  return text;
}

TEST(PipelineProto, ShowsTheFieldsOfFunctions) {
  Pipeline p;
  p | Impulse("Start") | ParDo("Show", ShownFn{.path = "a\xFF.mp3"});
  const proto::Pipeline pipeline = ProtoOf(p);
  EXPECT_EQ(ShowDisplay(pipeline.components().transforms().at(IdOf(pipeline, "Show"))),
            "path='a\xEF\xBF\xBD.mp3' loud=true count=-3 huge='18446744073709551615' some=2.0 nested.time.millis=0 "
            "nested.gain=0.5 ");
}

// The hints of the environment that a step runs in, as "urn=value" without what all urns have.
std::string HintsOf(const proto::Pipeline& pipeline, const std::string& step) {
  const auto& transform = pipeline.components().transforms().at(IdOf(pipeline, step));
  const auto& hints = pipeline.components().environments().at(transform.environment_id()).resource_hints();
  std::string text;
  for (const auto& [urn, value] : std::map<std::string, std::string>(hints.begin(), hints.end())) {
    text += (text.empty() ? "" : " ") + urn.substr(15, urn.size() - 15 - 3) + "=" + value;
  }
  return text;
}

// Two steps, of which the second has hints of its own.
struct TwoSteps {
  template <class T>
  auto Expand(const PCollection<T>& in) const {
    const auto first = in | Map("First", [](const T& value) { return value; });
    return first | Map("Second", [](const T& value) {
                     return value;
                   }).WithResourceHints({.min_ram = "2GiB", .accelerator = "type:small", .cpu_count = 8});
  }
};

TEST(PipelineProto, GivesStepsWithHintsEnvironmentsOfTheirOwn) {
  Pipeline p;
  const auto numbers = p | Create("Numbers", {std::int64_t{1}});
  const auto plain = numbers | Map("Plain", [](std::int64_t n) { return n; });
  const auto two = plain
      | Named("Two", TwoSteps{})
            .WithResourceHints({.min_ram = "16GB", .accelerator = "type:large;count:1"})
            .WithResourceHints({.cpu_count = 4});
  two | WithKeys("Key", 0) | SumPerKey("Sum").WithResourceHints({.cpu_count = 2}) | Reshuffle("Shuffle");
  const proto::Pipeline pipeline = ProtoOf(p);
  EXPECT_EQ(HintsOf(pipeline, "Plain"), "");
  EXPECT_EQ(HintsOf(pipeline, "Two/First"), "accelerator=type:large;count:1 cpu_count=4 min_ram_bytes=16000000000");
  EXPECT_EQ(HintsOf(pipeline, "Two/Second"), "accelerator=type:small cpu_count=8 min_ram_bytes=16000000000");
  EXPECT_EQ(HintsOf(pipeline, "Sum"), "cpu_count=2");
  EXPECT_EQ(HintsOf(pipeline, "Sum/Combine"), "cpu_count=2");
  EXPECT_EQ(pipeline.components().environments_size(), 4);
  // With hints of the whole pipeline.
  const proto::Pipeline hinted = ProtoOf(p, {.min_ram = "1GB", .accelerator = "type:any", .cpu_count = 4});
  EXPECT_EQ(HintsOf(hinted, "Plain"), "accelerator=type:any cpu_count=4 min_ram_bytes=1000000000");
  EXPECT_EQ(HintsOf(hinted, "Two/Second"), "accelerator=type:small cpu_count=8 min_ram_bytes=16000000000");
  EXPECT_EQ(HintsOf(hinted, "Sum"), HintsOf(hinted, "Plain"));
}

TEST(PipelineProto, RequiresNothingAndSaysAllOfItsWindows) {
  Pipeline p;
  p
      | Create("Numbers", {std::int64_t{1}, std::int64_t{2}})
      | WindowInto("Windows", FixedWindows(10))
      | WithKeys("Key", 0)
      | GroupByKey("Group");
  const proto::Pipeline pipeline = ProtoOf(p);
  EXPECT_EQ(pipeline.requirements_size(), 0);
  EXPECT_EQ(pipeline.components().windowing_strategies_size(), 2);
  for (const auto& [id, windowing] : pipeline.components().windowing_strategies()) {
    EXPECT_EQ(windowing.merge_status(), proto::MergeStatus::NON_MERGING) << id;
    EXPECT_TRUE(windowing.trigger().has_default_()) << id;
    EXPECT_EQ(windowing.accumulation_mode(), proto::AccumulationMode::DISCARDING) << id;
    EXPECT_EQ(windowing.output_time(), proto::OutputTime::END_OF_WINDOW) << id;
    EXPECT_EQ(windowing.closing_behavior(), proto::ClosingBehavior::EMIT_IF_NONEMPTY) << id;
    EXPECT_EQ(windowing.on_time_behavior(), proto::OnTimeBehavior::FIRE_IF_NONEMPTY) << id;
    EXPECT_TRUE(windowing.assigns_to_one_window()) << id;
  }
}

struct AcknowledgeFn {
  void ProcessElement(std::int64_t n, BundleFinalizer& finalizer, Output<std::int64_t> out) const {
    finalizer.AfterBundleCommit([] {});
    out.Emit(n);
  }
};

TEST(PipelineProto, SaysWhichStepsAreFinalized) {
  Pipeline p;
  p | Create("Numbers", {std::int64_t{1}}) | ParDo("Acknowledge", AcknowledgeFn{});
  const proto::Pipeline pipeline = ProtoOf(p);
  ASSERT_EQ(pipeline.requirements_size(), 1);
  EXPECT_EQ(pipeline.requirements(0), "beam:requirement:pardo:finalization:v1");
  for (const auto& [id, transform] : pipeline.components().transforms()) {
    if (transform.spec().urn() != "beam:transform:pardo:v1") continue;
    proto::ParDoPayload payload;
    ASSERT_TRUE(payload.ParseFromString(transform.spec().payload()));
    EXPECT_EQ(payload.requests_finalization(), transform.unique_name() == "Acknowledge") << transform.unique_name();
  }
}

struct DoNothing {
  template <class T>
  PCollection<T> Expand(const PCollection<T>& in) const {
    return in;
  }
};

TEST(PipelineProto, LeavesOutCompositesWithoutSteps) {
  Pipeline p;
  p | Impulse("Start") | DoNothing{} | Named("Outer", DoNothing{}) | Map("One", [](const Bytes&) { return 1; });
  EXPECT_EQ(Show(ProtoOf(p)),
            "Start [impulse] -> Start.out\n"
            "One [pardo] <- Start.out -> One.out\n");
}

TEST(PipelineProto, KeepsEachCoderOnce) {
  Pipeline p;
  const auto numbers = p | Create("Numbers", {std::int64_t{1}});
  for (const char* const label : {"A", "B", "C"}) numbers | Named(label, Reshuffle().transform);
  std::map<std::string, int> urns;
  const proto::Pipeline pipeline = ProtoOf(p);
  for (const auto& [id, coder] : pipeline.components().coders()) ++urns[coder.spec().urn()];
  EXPECT_EQ(urns["beam:coder:varint:v1"], 1);
  EXPECT_EQ(urns["beam:coder:bytes:v1"], 1);
}

TEST(Components, GiveBackWhatTheyWereGiven) {
  proto::Components components;
  ComponentsBuilder builder(components);
  for (const CoderSpec& spec : {WireCoder<std::int64_t>::Spec(), WireCoder<KV<std::string, Bytes>>::Spec(),
                                WireCoder<KV<std::string, std::pair<int, double>>>::Spec()}) {
    EXPECT_EQ(CoderText(CoderFromProto(builder.AddCoder(spec), components.coders())), CoderText(spec));
  }
  for (const WindowingStrategy& windowing : {GlobalWindows(), FixedWindows(1500), FixedWindows(1000, 250)}) {
    const std::string id = builder.AddWindowing(windowing, "env");
    EXPECT_EQ(WindowingFromProto(components.windowing_strategies().at(id)), windowing);
  }
}

TEST(Components, RefuseWhatCannotBe) {
  google::protobuf::Map<std::string, proto::Coder> coders;
  coders["self"].mutable_spec()->set_urn("beam:coder:iterable:v1");
  coders["self"].add_component_coder_ids("self");
  coders["lost"].add_component_coder_ids("nowhere");
  EXPECT_THROW(CoderFromProto("self", coders), Error);
  EXPECT_THROW(CoderFromProto("lost", coders), Error);
  EXPECT_THROW(CoderFromProto("absent", coders), Error);
  proto::FunctionSpec sessions;
  sessions.set_urn("beam:window_fn:session_windows:v1");
  EXPECT_THROW(WindowFnFromProto(sessions), Error);
}

}  // namespace pipeline_proto_test
