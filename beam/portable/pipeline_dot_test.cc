// Drawings of pipelines.
#include "beam/portable/pipeline_dot.h"

#include <gtest/gtest.h>

#include "beam/portable/test_descriptor.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"

namespace pipeline_dot_test {

using namespace beam;                    // NOLINT(google-build-using-namespace)
using namespace beam::testing_portable;  // NOLINT(google-build-using-namespace)

struct SplitFn {
  void ProcessElement(std::int64_t n, const SideIterable<std::int64_t>&, Output<std::int64_t, "small"> small,
                      Output<double, "large">) const {
    small.Emit(n);
  }
};

TEST(DotOf, DrawsStepsCompositesAndCoders) {
  Pipeline p;
  const auto numbers = p | Create("Numbers", {std::int64_t{1}});
  auto [small, large] = numbers | ParDo("The \"Split\"", SplitFn{}, AsIterable(numbers));
  large | Map("Text", [](double n) { return std::to_string(n); });
  EXPECT_EQ(DotOf(ProtoOf(p)), R"(digraph pipeline {
  node [shape=box];
  subgraph "cluster_t0" {
    label="Numbers";
    "t1" [label="Impulse"];
    "t2" [label="Make"];
  }
  "t3" [label="The \"Split\""];
  "t4" [label="Text"];
  "t1" -> "t2" [label="bytes"];
  "t2" -> "t3" [label="varint"];
  "t2" -> "t3" [label="varint", style=dashed];
  "t3" -> "t4" [label="large: double"];
}
)");
}

}  // namespace pipeline_dot_test
