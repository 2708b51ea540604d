// What a worker makes of an engine's description of a stage, and what it refuses, by name.
#include "beam/portable/bundle_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "beam/model/encoded_element.h"
#include "beam/portable/fn_payload.h"
#include "beam/portable/test_descriptor.h"
#include "beam/transforms/combine.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"
#include "beam/transforms/partition.h"
#include "beam/transforms/reshuffle.h"
#include "beam/transforms/window_into.h"
#include "beam/transforms/with_keys.h"

namespace bundle_graph_test {

using namespace beam;                    // NOLINT(google-build-using-namespace)
using namespace beam::testing_portable;  // NOLINT(google-build-using-namespace)
using testing::HasSubstr;

struct WithSideFn {
  void ProcessElement(std::int64_t n, const SideIterable<std::int64_t>& all, Output<std::int64_t, "a"> a,
                      Output<std::string, "b">) const {
    a.Emit(n + static_cast<std::int64_t>(all.size()));
  }
};

struct AddUpFn {
  std::int64_t CreateAccumulator() const { return 0; }
  void AddInput(std::int64_t& sum, const std::int64_t& n) const { sum += n; }
  void MergeAccumulators(std::int64_t& sum, const std::int64_t& other) const { sum += other; }
  std::int64_t ExtractOutput(const std::int64_t& sum) const { return sum; }
};

proto::Pipeline Example() {
  Pipeline p;
  const auto numbers = p | Create("Numbers", {std::int64_t{1}, std::int64_t{2}});
  const auto doubled = numbers | Map("Double", [](std::int64_t n) { return 2 * n; });
  const auto flat = Flatten("Flatten", numbers, doubled);
  auto [a, b] = flat | ParDo("With Side", WithSideFn{}, AsIterable(numbers));
  a
      | WithKeys("Key", [](std::int64_t n) { return n % 2; })
      | CombinePerKey("Sum", AddUpFn{})
      | GroupByKey("Group")
      | Map("Size", [](const KV<std::int64_t, Iterable<std::int64_t>>& group) {
          return static_cast<std::int64_t>(group.value.size());
        });
  a | Partition("Parts", 3, [](std::int64_t n) { return n % 3; });
  a | WindowInto("Windows", FixedWindows(1000)) | Map("Same", [](std::int64_t n) { return n; });
  return ProtoOf(p);
}

// "steps; sources with their elements; sinks with theirs".
std::string Show(const BundleGraph& graph) {
  std::string text;
  for (const int id : graph.stage.transforms) text += graph.graph.transform(id).full_name + " ";
  const auto show = [&](const char* arrow, const std::vector<BundleEnd>& ends) {
    for (const BundleEnd& end : ends) {
      const bool is_encoded = graph.graph.pcollection(end.pcollection).type == &kEncodedElementType;
      text += arrow + std::string(is_encoded ? "encoded " : "") + CoderText(end.coder)
          + (end.windows == WindowCoding::kGlobal ? " " : " in windows ");
    }
  };
  show("<- ", graph.sources);
  show("-> ", graph.sinks);
  return text;
}

TEST(BundleGraph, OfStagesAsEnginesCutThem) {
  const proto::Pipeline pipeline = Example();
  struct Case {
    std::vector<std::string> steps;
    std::string shown;
  };
  for (const Case& c : std::vector<Case>{
           {{"Double"}, "Double <- varint -> varint "},
           {{"Double", "Flatten"}, "Double Flatten/Pass0 Flatten/Flatten <- varint -> varint "},
           {{"Flatten", "With Side"},
            "Flatten/Pass0 Flatten/Flatten With Side <- varint <- varint -> varint -> bytes "},
           {{"With Side", "Windows"}, "With Side Windows <- varint -> bytes -> varint in windows "},
           {{"Windows", "Same"}, "Windows Same <- varint -> varint in windows "},
           {{"Size"}, "Size <- kv(varint, iterable(varint)) -> varint "},
           // What no function reads or makes passes as it is.
           {{"Flatten"}, "Flatten/Pass0 Flatten/Flatten <- encoded varint <- encoded varint -> encoded varint "},
           {{"Windows"}, "Windows <- encoded varint -> encoded varint in windows "},
           {{"Parts"}, "Parts <- varint -> varint -> varint -> varint "},
           // A part that engines are given a name for is, to the user, the step that was named.
           {{"Sum/Combine"}, "Sum <- kv(varint, iterable(varint)) -> kv(varint, varint) "},
       }) {
    EXPECT_EQ(Show(ReadDescriptor(StageOf(pipeline, c.steps, "localhost:1"))), c.shown);
  }
}

TEST(BundleGraph, OfTheThreePartsOfACombine) {
  const proto::Pipeline pipeline = Example();
  const auto cut = [&](std::string_view urn) {
    fn::ProcessBundleDescriptor stage = StageOf(pipeline, {"Sum"}, "localhost:1");
    (*stage.mutable_transforms())[IdOf(pipeline, "Sum")].mutable_spec()->set_urn(std::string(urn));
    return stage;
  };
  EXPECT_THAT(Show(ReadDescriptor(cut(urn::kPrecombine))), HasSubstr("Sum <- kv(varint, varint)"));
  EXPECT_THAT(Show(ReadDescriptor(cut(urn::kExtractOutputs))), HasSubstr("-> kv(varint, varint)"));
  // Its elements are groups, which the coder of the stage does not say.
  EXPECT_THROW(ReadDescriptor(cut(urn::kMergeAccumulators)), Error);
}

TEST(BundleGraph, RefusesToPassWhatIsNotCodedAlike) {
  const proto::Pipeline pipeline = Example();
  const auto reason = [&](const std::string& step, const std::string& ends, std::string_view urn) -> std::string {
    fn::ProcessBundleDescriptor stage = StageOf(pipeline, {step}, "localhost:1");
    (*stage.mutable_coders())["other"].mutable_spec()->set_urn(std::string(urn));
    for (auto& [id, coder] : *stage.mutable_coders()) {
      if (coder.spec().urn() == urn::kCoderWindowedValue) (*stage.mutable_coders())["other " + id] = coder;
    }
    for (auto& [id, transform] : *stage.mutable_transforms()) {
      if (!id.starts_with(ends)) continue;
      fn::RemoteGrpcPort port;
      port.ParseFromString(transform.spec().payload());
      port.set_coder_id("other " + port.coder_id());
      (*stage.mutable_coders())[port.coder_id()].set_component_coder_ids(0, "other");
      transform.mutable_spec()->set_payload(port.SerializeAsString());
    }
    try {
      ReadDescriptor(stage);
    } catch (const Error& error) {
      return error.what();
    }
    return "was not refused";
  };
  EXPECT_THAT(reason("Flatten", "sink", urn::kCoderLengthPrefix), HasSubstr("length_prefix where varint is expected"));
  EXPECT_THAT(reason("Flatten", "source", "beam:coder:of_nobody:v1"), HasSubstr("beam:coder:of_nobody:v1"));
}

TEST(BundleGraph, RefusesByName) {
  const proto::Pipeline pipeline = Example();
  const std::string id = IdOf(pipeline, "Double");
  struct Case {
    std::string what;
    std::function<void(fn::ProcessBundleDescriptor&, proto::PTransform&)> change;
  };
  for (const Case& c : std::vector<Case>{
           {"step 'Double' cannot run here: this SDK has no transform beam:transform:new:v7",
            [](auto&, auto& step) { step.mutable_spec()->set_urn("beam:transform:new:v7"); }},
           {"step 'Double' cannot run here: its payload is malformed",
            [](auto&, auto& step) { step.mutable_spec()->set_payload("\xFF"); }},
           {"this worker runs functions in C++ only, not beam:dofn:pickled_python_info:v1",
            [](auto&, auto& step) {
              proto::ParDoPayload payload;
              payload.mutable_do_fn()->set_urn("beam:dofn:pickled_python_info:v1");
              step.mutable_spec()->set_payload(payload.SerializeAsString());
            }},
           {"run the same build of the same program in both places",
            [](auto&, auto& step) {
              proto::ParDoPayload payload;
              ToProto(FnPayload{.program = "another", .key = "x", .fields = "", .step = ""}, *payload.mutable_do_fn());
              step.mutable_spec()->set_payload(payload.SerializeAsString());
            }},
           {"it has no output 'other'", [](auto&, auto& step) { (*step.mutable_outputs())["other"] = "p1"; }},
           {"reads what no step of its stage makes",
            [](auto&, auto& step) { (*step.mutable_inputs())["in0"] = "nowhere"; }},
           {"reads what no step of its stage makes",
            [](auto& stage, auto&) {
              std::vector<std::string> sources;
              for (const auto& transform : stage.transforms()) {
                if (transform.first.starts_with("source")) sources.push_back(transform.first);
              }
              for (const std::string& source : sources) stage.mutable_transforms()->erase(source);
            }},
           {"its elements are coded by double where varint is expected",
            [](auto& stage, auto&) {
              for (auto& [name, coder] : *stage.mutable_coders()) {
                if (coder.spec().urn() == "beam:coder:varint:v1") coder.mutable_spec()->set_urn("beam:coder:double:v1");
              }
            }},
           {"there is no coder", [](auto& stage, auto&) { stage.clear_coders(); }},
           {"there is no windowing strategy", [](auto& stage, auto&) { stage.clear_windowing_strategies(); }},
       }) {
    fn::ProcessBundleDescriptor stage = StageOf(pipeline, {"Double"}, "localhost:1");
    c.change(stage, (*stage.mutable_transforms())[id]);
    try {
      ReadDescriptor(stage);
      ADD_FAILURE() << "was not refused: " << c.what;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(c.what));
    }
  }
}

}  // namespace bundle_graph_test
