// A stage of the embedded runner, described to a worker and read by it: the same steps, with the same ends.
#include "beam/portable/stage_descriptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "beam/portable/bundle_graph.h"
#include "beam/portable/environment.h"
#include "beam/portable/pipeline_proto.h"
#include "beam/transforms/combine.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"
#include "beam/transforms/reshuffle.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/window_into.h"
#include "beam/transforms/with_keys.h"

namespace stage_descriptor_test {

using namespace beam;  // NOLINT(google-build-using-namespace)
using testing::ElementsAre;
using testing::UnorderedElementsAre;

// "source coder: steps -> sink coder ..." of each stage.
std::vector<std::string> StagesOf(Pipeline& p) {
  const Graph& graph = p.graph();
  const auto pipeline = ToProto(graph, ExternalEnvironment("localhost:1"));
  std::vector<std::string> stages;
  for (const Stage& stage : Fuse(graph).stages) {
    const BundleGraph read = ReadDescriptor(DescribeStage(graph, stage, pipeline, "localhost:1"));
    EXPECT_EQ(read.sources.size(), 1U);
    EXPECT_EQ(read.sources.front().transform, SourceId());
    EXPECT_EQ(read.state_endpoint, "localhost:1");
    std::string text = CoderText(read.sources.front().coder) + ":";
    for (const int id : read.stage.transforms) text += " " + read.graph.transform(id).full_name;
    for (std::size_t i = 0; i < stage.sinks.size(); ++i) {
      const auto sink = std::find_if(read.sinks.begin(), read.sinks.end(),
                                     [&](const BundleEnd& end) { return end.transform == SinkId(i); });
      text += " -> "
          + (sink == read.sinks.end()
                 ? "none"
                 : CoderText(sink->coder) + (sink->windows == WindowCoding::kGlobal ? "" : " in windows"));
    }
    stages.push_back(std::move(text));
  }
  return stages;
}

struct WithSideFn {
  void ProcessElement(std::int64_t n, const SideIterable<std::int64_t>& all, Output<std::int64_t> out) const {
    out.Emit(n + static_cast<std::int64_t>(all.size()));
  }
};

PCollection<std::int64_t> Numbers(Pipeline& p, const std::string& label) {
  return p | Impulse(label + " Impulse") | Map(label, [](const Bytes&) { return std::int64_t{1}; });
}

TEST(StageDescriptor, OfQueuesAndSideInputs) {
  Pipeline p;
  const auto a = Numbers(p, "A");
  const auto b = Numbers(p, "B") | WindowInto("Windows", FixedWindows(10));
  b | Reshuffle("Shuffle") | Map("Same", [](std::int64_t n) { return n; });
  Numbers(p, "C") | ParDo("With Side", WithSideFn{}, AsIterable(a));
  EXPECT_THAT(
      StagesOf(p),
      ElementsAre("bytes: A -> varint", "bytes: B Windows -> varint in windows", "varint: Same", "bytes: C With Side"));
}

TEST(StageDescriptor, OfGroupsAndHalvesOfACombine) {
  Pipeline p;
  const auto pairs = Numbers(p, "A") | WithKeys("Key", [](std::int64_t n) { return n; });
  pairs | GroupByKey("Group") | Map("Size", [](const KV<std::int64_t, Iterable<std::int64_t>>& group) {
    return static_cast<std::int64_t>(group.value.size());
  });
  pairs | SumPerKey("Sum") | Map("Value", [](const KV<std::int64_t, std::int64_t>& pair) { return pair.value; });
  EXPECT_THAT(
      StagesOf(p),
      ElementsAre("bytes: A Key Sum -> kv(varint, varint) -> kv(varint, length_prefix(row))",
                  "kv(varint, iterable(varint)): Size", "kv(varint, iterable(length_prefix(row))): Sum Sum Value"));
}

// No step of the stage between Flatten and Two says what its elements are.
TEST(StageDescriptor, OfElementsThatOnlyPass) {
  Pipeline p;
  const auto flat = Flatten("Flatten", Numbers(p, "A"), Numbers(p, "B"));
  flat | Reshuffle("Two") | Map("Same", [](std::int64_t n) { return n; });
  EXPECT_THAT(StagesOf(p),
              UnorderedElementsAre("bytes: A -> varint", "bytes: B -> varint", "varint: -> varint", "varint: Same"));
}

// Engines get it in parts, as "A" is read twice.
TEST(StageDescriptor, OfAFlatten) {
  Pipeline p;
  const auto a = Numbers(p, "A");
  Flatten("Flatten", a, a) | Reshuffle("Shuffle") | Map("Same", [](std::int64_t n) { return n; });
  EXPECT_THAT(StagesOf(p), ElementsAre("bytes: A Flatten -> varint", "varint: Same"));
}

}  // namespace stage_descriptor_test
