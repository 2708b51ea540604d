// Pipelines of many shapes, composites and labels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/batch_elements.h"
#include "beam/transforms/co_group_by_key.h"
#include "beam/transforms/count.h"
#include "beam/transforms/create.h"
#include "beam/transforms/distinct.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/keys_values.h"
#include "beam/transforms/map.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/top.h"
#include "beam/transforms/with_keys.h"

namespace shapes_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program
using testing::HasSubstr;
using testing::ThrowsMessage;

// ---- Map and its like.

TEST(MapTest, FunctionsOfEachForm) {
  TestPipeline p;
  const auto words = p | Create("Words", {"a b", "", "c"});
  PAssert::That(words | Map("By Reference", [](const std::string& text) { return text.size(); }))
      .ContainsInAnyOrder({3, 0, 1});
  PAssert::That(words | Map("By Value", [](std::string text) { return text + "!"; }))
      .ContainsInAnyOrder({"a b!", "!", "c!"});
  PAssert::That(words | Map("Generic", [](const auto& text) { return text.empty(); }))
      .ContainsInAnyOrder({false, true, false});
  PAssert::That(words | Filter("Not Empty", [](const std::string& text) { return !text.empty(); }))
      .ContainsInAnyOrder({"a b", "c"});
  const auto numbers = p | Create("Numbers", {0, 1, 3});
  PAssert::That(numbers | FlatMap("Repeat", [](int n) { return std::vector<int>(static_cast<std::size_t>(n), n); }))
      .ContainsInAnyOrder({1, 3, 3, 3});
  PAssert::That(p
                | Create<std::vector<int>>("Lists", {{1, 2}, {}, {3}})
                | FlatMap("Open", [](const std::vector<int>& list) -> const std::vector<int>& { return list; }))
      .ContainsInAnyOrder({1, 2, 3});
}

// ---- Create.

TEST(CreateTest, ValuesOfManyTypes) {
  TestPipeline p;
  PAssert::That(p | Create("Ints", {1, 1})).ContainsInAnyOrder({1, 1});
  PAssert::That(p | Create("Bools", {true, false, true})).ContainsInAnyOrder({false, true, true});
  PAssert::That(p | Create("Texts", {"x"})).ContainsInAnyOrder({"x"});
  PAssert::That(p | Create<std::optional<double>>("Maybe", {1.5, std::nullopt}))
      .ContainsInAnyOrder({std::nullopt, 1.5});
  PAssert::That(p | Create<std::vector<bool>>("Lists", {{}, {true}})).ContainsInAnyOrder({{true}, {}});
  PAssert::That(p | Create<Void>("Nothings", {{}, {}})).ContainsInAnyOrder({Void{}, Void{}});
  PAssert::That(p | Create<int>("None", {})).IsEmpty();
  PAssert::That(p | Impulse()).ContainsInAnyOrder({Bytes{}});
}

// ---- Shapes.

TEST(ShapesTest, Diamonds) {
  TestPipeline p;
  auto numbers = p | Create("Numbers", {1, 2, 3});
  // Ten diamonds, each of which doubles the number of elements, some across a queue and some within a stage.
  for (int i = 0; i < 10; ++i) {
    const std::string n = std::to_string(i);
    const auto left = numbers | Map("Left " + n, [](int x) { return x; });
    const auto right = numbers | Map("Right " + n, [](int x) { return x; });
    numbers = Flatten("Join " + n, left, i % 3 == 0 ? right | Reshuffle("Reshuffle " + n) : right);
  }
  PAssert::ThatSingleton(numbers | Count("Count")).IsEqualTo(3 * 1024);
  PAssert::ThatSingleton(numbers | Sum("Sum")).IsEqualTo(6 * 1024);
}

TEST(ShapesTest, DeepChains) {
  TestPipeline p;
  auto numbers = p | Create("Numbers", {0, 1});
  for (int i = 0; i < 400; ++i) numbers = numbers | Map("Step " + std::to_string(i), [](int n) { return n + 1; });
  for (int i = 0; i < 60; ++i) {
    numbers = numbers
        | Reshuffle("Reshuffle " + std::to_string(i))
        | Map("After " + std::to_string(i), [](int n) { return n + 1; });
  }
  for (int i = 0; i < 30; ++i) {
    const std::string label = std::to_string(i);
    numbers = numbers
        | WithKeys("Key " + label, 0)
        | GroupByKey("Group " + label)
        | FlatMap("Ungroup " + label, [](const KV<int, Iterable<int>>& group) { return group.value.ToVector(); });
  }
  PAssert::That(numbers).ContainsInAnyOrder({460, 461});
}

TEST(ShapesTest, AFlattenOfManyStages) {
  TestPipeline p;
  std::vector<PCollection<int>> parts;
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i);
    auto part = p | Create("Part " + n, std::vector<int>(static_cast<std::size_t>(i), i));
    if (i % 2 == 0) part = part | Distinct("Distinct " + n);
    parts.push_back(part);
  }
  parts.push_back(parts[3]);  // once more
  const auto all = Flatten("All", parts);
  PAssert::ThatSingleton(all | Count("Count")).IsEqualTo(100 + 9 + 3);
  PAssert::That(all | Filter("Threes", [](int n) { return n == 3; })).ContainsInAnyOrder({3, 3, 3, 3, 3, 3});
  EXPECT_THAT([] { Flatten("None", std::vector<PCollection<int>>{}); },
              ThrowsMessage<UsageError>(HasSubstr("no inputs")));
  Pipeline other;
  const auto elsewhere = other | Create("Elsewhere", {1});
  EXPECT_THAT([&] { Flatten("Two Pipelines", parts[0], elsewhere); },
              ThrowsMessage<UsageError>(HasSubstr("of two pipelines")));
}

// Nothing goes through everything.
TEST(ShapesTest, EmptyEverywhere) {
  TestPipeline p;
  const auto none = p | Create<int>("None", {});
  const auto pairs = none | WithKeys("Pairs", [](int n) { return n; });
  PAssert::That(none | Map("Map", [](int n) { return n; })).IsEmpty();
  PAssert::That(none | Reshuffle()).IsEmpty();
  PAssert::That(pairs | GroupByKey() | Keys()).IsEmpty();
  PAssert::That(Flatten("Flatten", none, none)).IsEmpty();
  PAssert::That(Flatten("Flatten Some", none, p | Create("Some", {5}))).ContainsInAnyOrder({5});
  PAssert::That(pairs | SumPerKey("Sum Per Key")).IsEmpty();
  PAssert::ThatSingleton(none | Largest("Largest", 3) | Count("One List")).IsEqualTo(1);
  PAssert::That(none | WindowInto("Windows", FixedWindows(10)) | Sum("Sum Per Window")).IsEmpty();
  PAssert::That(none | BatchElements("Batch", {})).IsEmpty();
}

// ---- Composites and labels.

struct DoubleAndCount {
  template <class T>
  PCollection<std::int64_t> Expand(const PCollection<T>& in) const {
    return in | Map("Double", [](const T& n) { return n + n; }) | Count("Count");
  }
};
struct WithParts {
  std::vector<int> values;
  auto Expand(Pipeline& p) const {
    return p | Create("Values", values) | Map("Same", [](int n) { return n; });
  }
};

std::vector<std::string> FullNames(const Pipeline& p) {
  std::vector<std::string> names;
  for (const TransformNode& transform : p.shared_graph()->transforms()) names.push_back(transform.full_name);
  return names;
}

TEST(LabelsTest, CompositesAreScopes) {
  TestPipeline p;
  const auto numbers = p | Named("Parts", WithParts{{1, 2, 3}});
  PAssert::ThatSingleton(numbers | DoubleAndCount{}).IsEqualTo(3);
  PAssert::ThatSingleton(numbers | Named("Once More", DoubleAndCount{})).IsEqualTo(3);
  const std::vector<std::string> names = FullNames(p);
  EXPECT_THAT(names,
              testing::IsSupersetOf({"Parts", "Parts/Values", "Parts/Values/Make", "Parts/Same", "DoubleAndCount",
                                     "DoubleAndCount/Double", "DoubleAndCount/Count", "Once More/Double",
                                     "Once More/Count/Combine"}));
}

TEST(LabelsTest, TwoOfOneNameInOneScope) {
  Pipeline p;
  const auto numbers = p | Create("Numbers", {1});
  EXPECT_THAT(
      [&] { p | Create("Numbers", {2}); },
      ThrowsMessage<UsageError>(HasSubstr("two steps are named 'Numbers' in the pipeline: give one of them another "
                                          "label, or wrap it in Named(\"...\", ...)")));
  numbers | DoubleAndCount{};
  EXPECT_THAT([&] { numbers | DoubleAndCount{}; },
              ThrowsMessage<UsageError>(HasSubstr("two steps are named 'DoubleAndCount' in the pipeline")));
  struct Twice {
    PCollection<int> Expand(const PCollection<int>& in) const {
      return in | Map("Same", [](int n) { return n; }) | Map("Same", [](int n) { return n; });
    }
  };
  EXPECT_THAT([&] { numbers | Named("Outer", Twice{}); },
              ThrowsMessage<UsageError>(HasSubstr("two steps are named 'Same' in the scope 'Outer'")));
  EXPECT_THAT([&] { numbers | Map("", [](int n) { return n; }); },
              ThrowsMessage<UsageError>(HasSubstr("a label that is not empty")));
  // After an error in a composite the pipeline goes on in the outer scope.
  numbers | Map("Same", [](int n) { return n; });
  EXPECT_THAT(FullNames(p), testing::Contains("Same"));
}

}  // namespace shapes_test
