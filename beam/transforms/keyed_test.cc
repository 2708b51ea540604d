// The transforms of keys: Keys, Values, KvSwap, WithKeys, Distinct, CoGroupByKey; Partition and BatchElements with
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/batch_elements.h"
#include "beam/transforms/co_group_by_key.h"
#include "beam/transforms/create.h"
#include "beam/transforms/distinct.h"
#include "beam/transforms/keys_values.h"
#include "beam/transforms/partition.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/with_keys.h"
#include "beam/transforms/with_timestamps.h"

namespace keyed_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program
using testing::HasSubstr;
using testing::ThrowsMessage;

using Pair = KV<std::string, int>;

TEST(KeysTest, PartsOfPairs) {
  TestPipeline p;
  const auto pairs = p | Create<Pair>("Pairs", {{"a", 1}, {"b", 2}, {"a", 3}});
  PAssert::That(pairs | Keys()).ContainsInAnyOrder({"a", "a", "b"});
  PAssert::That(pairs | Values()).ContainsInAnyOrder({1, 2, 3});
  PAssert::That(pairs | KvSwap()).ContainsInAnyOrder({{1, "a"}, {2, "b"}, {3, "a"}});
  const auto none = p | Create<Pair>("None", {});
  PAssert::That(none | Keys("No Keys")).IsEmpty();
  PAssert::That(none | Values("No Values")).IsEmpty();
}

TEST(WithKeysTest, AKeyOfEachOrOneForAll) {
  TestPipeline p;
  const auto words = p | Create("Words", {"a", "bc"});
  PAssert::That(words | WithKeys("By Size", [](const std::string& word) { return static_cast<int>(word.size()); }))
      .ContainsInAnyOrder({{1, "a"}, {2, "bc"}});
  PAssert::That(words | WithKeys("One Number", 7)).ContainsInAnyOrder({{7, "a"}, {7, "bc"}});
  PAssert::That(words | WithKeys("One Text", "k")).ContainsInAnyOrder({{"k", "a"}, {"k", "bc"}});
}

TEST(DistinctTest, EachOnce) {
  TestPipeline p;
  PAssert::That(p | Create("Words", {"a", "b", "a", "", "b"}) | Distinct()).ContainsInAnyOrder({"a", "b", ""});
  PAssert::That(p | Create<Pair>("Pairs", {{"a", 1}, {"a", 2}, {"a", 1}}) | Distinct("Distinct Pairs"))
      .ContainsInAnyOrder({{"a", 1}, {"a", 2}});
  PAssert::That(p | Create<int>("None", {}) | Distinct("Distinct None")).IsEmpty();
}

TEST(PartitionTest, DealsOut) {
  TestPipeline p;
  const auto numbers = p | Create("Numbers", {1, 2, 3, 4, 5, 6, 7});
  const auto [even, odd] = numbers | Partition<2>("Parity", [](int n) { return n % 2; });
  PAssert::That(even).ContainsInAnyOrder({2, 4, 6});
  PAssert::That(odd).ContainsInAnyOrder({1, 3, 5, 7});
  // As many as a variable says; the last one has no reader.
  const std::vector<PCollection<int>> parts =
      numbers | Partition("By Remainder", 4, [](int n, int count) { return n % count; });
  ASSERT_EQ(parts.size(), 4U);
  PAssert::That(parts[0]).ContainsInAnyOrder({4});
  PAssert::That(parts[1]).ContainsInAnyOrder({1, 5});
  PAssert::That(parts[2]).ContainsInAnyOrder({2, 6});
  const auto [all, none] = numbers | Partition<2>("All In One", [](int) { return 0; });
  PAssert::That(all).ContainsInAnyOrder({1, 2, 3, 4, 5, 6, 7});
  PAssert::That(none).IsEmpty();
}

TEST(PartitionTest, RefusesAWrongIndex) {
  EXPECT_THAT(
      [] {
        TestPipeline p;
        p | Create("Numbers", {5}) | Partition<2>("Part", [](int n) { return n; });
        p.Run();
      },
      ThrowsMessage<Error>(HasSubstr("step 'Part' failed on '5': the function of this Partition gave 5, but there are "
                                     "partitions 0 to 1")));
  Pipeline p;
  const auto numbers = p | Create("Numbers", {5});
  EXPECT_THAT([&] { numbers | Partition("None", 0, [](int) { return 0; }); },
              ThrowsMessage<UsageError>(HasSubstr("at least one")));
}

template <class T>
std::vector<T> Sorted(const Iterable<T>& values) {
  std::vector<T> sorted = values.ToVector();
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

TEST(CoGroupByKeyTest, JoinsTwo) {
  TestPipeline p;
  const auto ages = p | Create<Pair>("Ages", {{"ann", 30}, {"bob", 40}, {"bob", 41}});
  const auto towns = p | Create<KV<std::string, std::string>>("Towns", {{"bob", "Rome"}, {"cid", "Oslo"}});
  const auto joined = CoGroupByKey("Join", ages, towns);
  const auto texts =
      joined | Map("Text", [](const KV<std::string, std::tuple<Iterable<int>, Iterable<std::string>>>& group) {
        const auto& [group_ages, group_towns] = group.value;
        std::string text = group.key + ":";
        for (const int age : Sorted(group_ages)) text += " " + std::to_string(age);
        for (const std::string& town : group_towns) text += " " + town;
        // Read once more, and counted.
        return text + " " + std::to_string(group_ages.size()) + std::to_string(group_towns.size())
            + std::to_string(group_ages.ToVector().size());
      });
  PAssert::That(texts).ContainsInAnyOrder({"ann: 30 101", "bob: 40 41 Rome 212", "cid: Oslo 010"});
}

TEST(CoGroupByKeyTest, JoinsManyAndEmptyOnes) {
  TestPipeline p;
  const auto a = p | Create<Pair>("A", {{"x", 1}});
  const auto b = p | Create<Pair>("B", {});
  const auto c = p | Create<KV<std::string, double>>("C", {{"x", 0.5}, {"y", 1.5}});
  using Joined = KV<std::string, std::tuple<Iterable<int>, Iterable<int>, Iterable<double>>>;
  // Across a Reshuffle the groups themselves are encoded.
  const auto sums = CoGroupByKey("Join", a, b, c) | Reshuffle() | Map("Sum", [](const Joined& group) {
                      double sum = 0;
                      for (const int n : std::get<0>(group.value)) sum += n;
                      for (const int n : std::get<1>(group.value)) sum += 100 * n;
                      for (const double n : std::get<2>(group.value)) sum += n;
                      return KV<std::string, double>{group.key, sum};
                    });
  PAssert::That(sums).ContainsInAnyOrder({{"x", 1.5}, {"y", 1.5}});
  PAssert::That(CoGroupByKey("Of Nothing", b, b) | Keys()).IsEmpty();
}

TEST(CoGroupByKeyTest, OfInputsWithDifferentWindows) {
  Pipeline p;
  const auto a = p | Create<Pair>("A", {{"x", 1}});
  const auto b = a | WindowInto("Windows", FixedWindows(10));
  EXPECT_THAT([&] { CoGroupByKey("Join", a, b); }, ThrowsMessage<UsageError>(HasSubstr("different windows")));
}

TEST(BatchElementsTest, BatchesOfABundle) {
  TestPipeline p;
  // One element makes all of these, so they are one bundle.
  struct Numbers {
    void ProcessElement(int count, Output<int> out) const {
      for (int i = 0; i < count; ++i) out.Emit(i);
    }
  };
  const auto size = [](const std::vector<int>& batch) { return static_cast<int>(batch.size()); };
  const auto numbers = p | Create("Count", {100}) | ParDo("Numbers", Numbers{});
  const auto fixed = numbers | BatchElements("Fixed", {.min_size = 30, .max_size = 30});
  PAssert::That(fixed | Map("Fixed Sizes", size)).ContainsInAnyOrder({30, 30, 30, 10});
  // Nothing slow follows, so the batches double.
  const auto growing = numbers | BatchElements("Growing", {.min_size = 4, .max_size = 20, .target_seconds = 1000});
  PAssert::That(growing | Map("Growing Sizes", size)).ContainsInAnyOrder({4, 8, 16, 20, 20, 20, 12});
  // Everything is too slow, so they stay small.
  const auto slow = numbers | BatchElements("Slow", {.min_size = 25, .max_size = 50, .target_seconds = 0});
  PAssert::That(slow | Map("Slow Sizes", size)).ContainsInAnyOrder({25, 25, 25, 25});
  PAssert::That(p | Create<int>("None", {}) | BatchElements("Of Nothing", {})).IsEmpty();
  EXPECT_THROW(BatchElements("Wrong", {.min_size = 0}), UsageError);
  EXPECT_THROW(BatchElements("Wrong", {.min_size = 5, .max_size = 4}), UsageError);
}

TEST(BatchElementsTest, ABatchHasOneWindow) {
  TestPipeline p;
  struct Numbers {
    void ProcessElement(int count, Output<int> out) const {
      for (int i = 0; i < count; ++i) out.EmitAt(i, Timestamp{i});
    }
  };
  struct Describe {
    void ProcessElement(const std::vector<int>& batch, const Window& window, Timestamp timestamp,
                        Output<std::string> out) const {
      std::string text = std::to_string(window.start().millis) + " @" + std::to_string(timestamp.millis) + ":";
      for (const int n : batch) text += " " + std::to_string(n);
      out.Emit(text);
    }
  };
  const auto batches = p
      | Create("Count", {7})
      | ParDo("Numbers", Numbers{})
      | WindowInto("Windows", FixedWindows(5))
      | BatchElements("Batch", {.min_size = 3, .max_size = 3})
      | ParDo("Describe", Describe{});
  PAssert::That(batches).ContainsInAnyOrder({"0 @4: 0 1 2", "0 @4: 3 4", "5 @9: 5 6"});
}

}  // namespace keyed_test
