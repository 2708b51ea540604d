// Pipelines as Beam's proto: the names and parts that engines look at.
#include "beam/portable/pipeline_proto.h"

#include <gtest/gtest.h>

#include <map>

#include "beam/portable/components.h"
#include "beam/portable/test_descriptor.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"
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
            "Flatten [flatten] <- One.out <- One.out -> Flatten.out\n"
            "Windows [window_into] <- Flatten.out -> Windows.out\n");
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
