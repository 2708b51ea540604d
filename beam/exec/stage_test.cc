// Fusion as a table: a graph, and the stages that it is cut into.
#include "beam/exec/stage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <string>

#include "beam/model/pcollection.h"
#include "beam/transforms/combine.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/impulse.h"
#include "beam/transforms/map.h"
#include "beam/transforms/partition.h"
#include "beam/transforms/reshuffle.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/window_into.h"

namespace stage_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program

using Numbers = PCollection<int>;

Numbers Start(Pipeline& p, const std::string& label) {
  return p | Impulse("Impulse " + label) | Map(label, [](const Bytes&) { return 1; });
}
auto Step(const std::string& label) {
  return Map(label, [](int n) { return n; });
}
auto Pairs(const std::string& label) {
  return Map(label, [](int n) { return KV<int, int>{n, n}; });
}
struct SideFn {
  void ProcessElement(int n, const SideIterable<int>&, Output<int> out) const { out.Emit(n); }
};
template <class... Views>
auto SideStep(const std::string& label, Views... views) {
  return ParDo(label, SideFn{}, views...);
}
struct ResumeFn {
  void ProcessElement(int, Resume&, Output<int>) const {}
};
struct TwoOutputsFn {
  void ProcessElement(int, Output<int, "a">, Output<int, "b">) const {}
};

std::string Join(const std::vector<std::string>& parts, const char* separator = ", ") {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

// A stage as "root: steps -> sinks; waits for side inputs".
std::string Show(const Graph& graph, const Stage& stage) {
  const auto producer = [&](int pcollection) {
    return graph.transform(graph.pcollection(pcollection).producer).full_name;
  };
  std::string text;
  switch (stage.root) {
    case RootKind::kImpulse: text = "impulse " + graph.transform(stage.root_transform).full_name; break;
    case RootKind::kQueue: text = "queue " + producer(stage.root_pcollection); break;
    case RootKind::kGroups: text = "groups " + graph.transform(stage.root_transform).full_name; break;
  }
  std::vector<std::string> steps;
  for (const int id : stage.transforms) steps.push_back(graph.transform(id).full_name);
  text += ": " + Join(steps);
  std::vector<std::string> sinks;
  for (const StageSink& sink : stage.sinks) {
    switch (sink.kind) {
      case SinkKind::kQueue: sinks.push_back("stage " + std::to_string(sink.stage)); break;
      case SinkKind::kGroups: sinks.push_back(graph.transform(sink.transform).full_name); break;
      case SinkKind::kSideInput: sinks.push_back("side " + producer(sink.pcollection)); break;
    }
  }
  if (!sinks.empty()) text += " -> " + Join(sinks);
  std::vector<std::string> waits;
  for (const int side : stage.side_inputs) waits.push_back(producer(side));
  if (!waits.empty()) text += "; waits for " + Join(waits);
  return text;
}

struct FusionCase {
  const char* name;
  std::function<void(Pipeline&)> build;
  std::vector<std::string> stages;
};

const FusionCase kCases[] = {
    {"an empty pipeline", [](Pipeline&) {}, {}},
    {"a chain is one stage",
     [](Pipeline& p) { Start(p, "a") | Step("b") | Step("c"); },
     {"impulse Impulse a: a, b, c"}},
    {"branches are one stage",
     [](Pipeline& p) {
       const auto a = Start(p, "a");
       a | Step("b");
       a | Step("c") | Step("d");
     },
     {"impulse Impulse a: a, b, c, d"}},
    {"several outputs are one stage",
     [](Pipeline& p) {
       const auto [x, y] = Start(p, "a") | ParDo("split", TwoOutputsFn{});
       x | Step("b");
       y | Step("c") | Partition<2>("deal", [](int) { return 0; });
     },
     {"impulse Impulse a: a, split, b, c, deal"}},
    {"two impulses are two stages",
     [](Pipeline& p) {
       Start(p, "a");
       Start(p, "b");
     },
     {"impulse Impulse a: a", "impulse Impulse b: b"}},
    {"a reshuffle is a queue",
     [](Pipeline& p) { Start(p, "a") | Reshuffle("r") | Step("b"); },
     {"impulse Impulse a: a -> stage 1", "queue r: b"}},
    {"two readers of a reshuffle are one stage",
     [](Pipeline& p) {
       const auto r = Start(p, "a") | Reshuffle("r");
       r | Step("b");
       r | Step("c");
     },
     {"impulse Impulse a: a -> stage 1", "queue r: b, c"}},
    {"a grouping writes in one stage and reads in the next",
     [](Pipeline& p) { Start(p, "a") | Pairs("kv") | GroupByKey("g") | Map("b", [](const auto&) { return 0; }); },
     {"impulse Impulse a: a, kv -> g", "groups g: b"}},
    {"a combine stands in two stages",
     [](Pipeline& p) { Start(p, "a") | Pairs("kv") | SumPerKey("s") | Map("b", [](const auto&) { return 0; }); },
     {"impulse Impulse a: a, kv -> s", "groups s: s, b"}},
    {"windows break nothing",
     [](Pipeline& p) { Start(p, "a") | WindowInto("w", FixedWindows(10)) | Step("b"); },
     {"impulse Impulse a: a, w, b"}},
    {"a flatten within a stage is wires",
     [](Pipeline& p) {
       const auto a = Start(p, "a");
       const auto b = a | Step("b");
       const auto c = a | Step("c");
       Flatten("f", b, c, a) | Step("d");
     },
     {"impulse Impulse a: a, b, c, f, d"}},
    {"a flatten of several stages is a queue",
     [](Pipeline& p) {
       const auto a = Start(p, "a");
       const auto b = Start(p, "b");
       Flatten("f", a, b) | Step("c");
     },
     {"impulse Impulse a: a -> stage 2", "impulse Impulse b: b -> stage 2", "queue f: c"}},
    {"a flatten of one stage twice and another",
     [](Pipeline& p) {
       const auto a = Start(p, "a");
       const auto b = a | Step("b");
       Flatten("f", a, b, Start(p, "c")) | Step("d");
     },
     {"impulse Impulse a: a, b -> stage 2, stage 2", "impulse Impulse c: c -> stage 2", "queue f: d"}},
    {"a side input of another stage",
     [](Pipeline& p) {
       const auto a = Start(p, "a");
       Start(p, "b") | SideStep("s", AsIterable(a));
     },
     {"impulse Impulse a: a -> side a", "impulse Impulse b: b, s; waits for a"}},
    {"a side input of its own stage gets a queue",
     [](Pipeline& p) {
       const auto a = Start(p, "a");
       a | SideStep("s", AsIterable(a | Step("b"))) | Step("c");
     },
     {"impulse Impulse a: a, b -> stage 1, side b", "queue a: s, c; waits for b"}},
    {"a side input that its own stage leads to gets a queue",
     [](Pipeline& p) {
       const auto a = Start(p, "a");
       a | SideStep("s", AsIterable(a | Reshuffle("r") | Step("b")));
     },
     {"impulse Impulse a: a -> stage 1, stage 2", "queue r: b -> side b", "queue a: s; waits for b"}},
    {"two stages that would wait for each other",
     [](Pipeline& p) {
       const auto a = Start(p, "a");
       const auto b = Start(p, "b");
       a | SideStep("with b", AsIterable(b));
       b | SideStep("with a", AsIterable(a));
     },
     {"impulse Impulse a: a, with b -> side a; waits for b", "impulse Impulse b: b -> side b, stage 2",
      "queue b: with a; waits for a"}},
    {"one side input read twice",
     [](Pipeline& p) {
       const auto a = Start(p, "a");
       const auto b = Start(p, "b");
       b | SideStep("s", AsIterable(a)) | SideStep("t", AsIterable(a));
       Start(p, "c") | SideStep("u", AsIterable(a));
     },
     {"impulse Impulse a: a -> side a", "impulse Impulse b: b, s, t; waits for a",
      "impulse Impulse c: c, u; waits for a"}},
    {"a step that resumes reads a queue",
     [](Pipeline& p) { Start(p, "a") | ParDo("r", ResumeFn{}) | Step("b"); },
     {"impulse Impulse a: a -> stage 1", "queue a: r, b"}},
    {"two steps that resume are in two stages",
     [](Pipeline& p) { Start(p, "a") | ParDo("r", ResumeFn{}) | ParDo("s", ResumeFn{}); },
     {"impulse Impulse a: a -> stage 1", "queue a: r -> stage 2", "queue r: s"}},
    {"a combine with its default",
     [](Pipeline& p) { Start(p, "a") | Sum("s") | Map("b", [](std::int64_t n) { return n; }); },
     {"impulse Impulse a: a, s/Key -> s/Combine", "groups s/Combine: s/Combine, s/Values -> side s/Values",
      "impulse s/Impulse: s/Or Default, b; waits for s/Values"}},
};

class FusionTest : public testing::TestWithParam<FusionCase> {};

TEST_P(FusionTest, Stages) {
  Pipeline p;
  GetParam().build(p);
  const StagePlan plan = Fuse(p.graph());
  std::vector<std::string> stages;
  for (const Stage& stage : plan.stages) {
    EXPECT_EQ(stage.id, static_cast<int>(stages.size()));
    stages.push_back(Show(p.graph(), stage));
  }
  EXPECT_EQ(Join(stages, "\n"), Join(GetParam().stages, "\n"));

  // Each transform lies in one stage, or is the root or a sink of one; what a stage reads is said by who writes it.
  for (const Stage& stage : plan.stages) {
    for (const StageSink& sink : stage.sinks) {
      int readers = 0;
      for (const Stage& reader : plan.stages) {
        const bool reads_groups = sink.kind == SinkKind::kGroups && reader.root == RootKind::kGroups
            && reader.root_transform == sink.transform;
        if (reads_groups || (sink.kind == SinkKind::kQueue && sink.stage == reader.id)) {
          ++readers;
          EXPECT_NE(std::count(reader.producers.begin(), reader.producers.end(), stage.id), 0);
        }
      }
      EXPECT_EQ(readers, sink.kind == SinkKind::kSideInput ? 0 : 1);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, FusionTest, testing::ValuesIn(kCases), [](const auto& info) {
  std::string name = info.param.name;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

}  // namespace stage_test
