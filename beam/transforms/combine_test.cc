// Combine, and the combines that come ready-made: as a table of pipelines over one input each.
#include "beam/transforms/combine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/count.h"
#include "beam/transforms/create.h"
#include "beam/transforms/mean.h"
#include "beam/transforms/min_max.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/top.h"

namespace combine_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program
using testing::HasSubstr;
using testing::ThrowsMessage;

using Pair = KV<std::string, std::int64_t>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t kMaxInt = std::numeric_limits<std::int64_t>::max();

std::vector<std::int64_t> UpTo(std::int64_t n) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 1; i <= n; ++i) numbers.push_back(i);
  return numbers;
}

TEST(SumTest, AddsNumbersOfEachKind) {
  TestPipeline p;
  PAssert::ThatSingleton(p | Create("Ints", {1, 2, -7}) | Sum("Sum Ints")).IsEqualTo(std::int64_t{-4});
  PAssert::ThatSingleton(p | Create("Many", UpTo(10'000)) | Sum("Sum Many")).IsEqualTo(50'005'000);
  PAssert::ThatSingleton(p | Create<std::uint64_t>("Unsigned", {1ULL << 63, 5}) | Sum("Sum Unsigned"))
      .IsEqualTo((1ULL << 63) + 5);
  PAssert::ThatSingleton(p | Create("Doubles", std::vector<double>(10, 0.1)) | Sum("Sum Doubles")).IsEqualTo(1.0);
  PAssert::ThatSingleton(p | Create<float>("Floats", {0.5F, 0.25F}) | Sum("Sum Floats")).IsEqualTo(0.75);
  // Out of range only on the way, whatever the order.
  PAssert::ThatSingleton(p | Create("Large", {kMaxInt, kMaxInt, -kMaxInt}) | Sum("Sum Large")).IsEqualTo(kMaxInt);
  PAssert::ThatSingleton(p | Create("Infinite", {1.0, kInfinity}) | Sum("Sum Infinite")).IsEqualTo(kInfinity);
  PAssert::ThatSingleton(p | Create<int>("No Ints", {}) | Sum("Sum No Ints")).IsEqualTo(std::int64_t{0});
  PAssert::ThatSingleton(p | Create<double>("No Doubles", {}) | Sum("Sum No Doubles")).IsEqualTo(0.0);
}

TEST(SumTest, RefusesASumThatDoesNotFit) {
  const auto run = [](const std::vector<std::int64_t>& numbers) {
    TestPipeline p;
    p | Create("Numbers", numbers) | Sum("Sum");
    p.Run();
  };
  EXPECT_THAT([&] { run({kMaxInt, 1}); }, ThrowsMessage<Error>(HasSubstr("does not fit into 64 bits")));
  EXPECT_THAT([&] { run({-kMaxInt, -2}); }, ThrowsMessage<Error>(HasSubstr("step 'Sum/Combine' failed")));
}

TEST(MeanTest, OfNumbersOfEachKind) {
  TestPipeline p;
  PAssert::ThatSingleton(p | Create("Ints", {1, 2, 4, 9}) | Mean("Mean Ints")).IsEqualTo(4.0);
  PAssert::ThatSingleton(p | Create("Negative", {-1, -2}) | Mean("Mean Negative")).IsEqualTo(-1.5);
  PAssert::ThatSingleton(p | Create("Large", {kMaxInt, kMaxInt}) | Mean("Mean Large")).IsEqualTo(0x1p63);
  PAssert::ThatSingleton(p | Create("Doubles", std::vector<double>(10, 0.1)) | Mean("Mean Doubles")).IsEqualTo(0.1);
  PAssert::ThatSingleton(p | Create("Huge", std::vector<double>(3, 1.5e308)) | Mean("Mean Huge")).IsEqualTo(1.5e308);
  PAssert::ThatSingleton(p | Create<double>("None", {}) | Mean("Mean None")).Satisfies("NaN", [](double mean) {
    return std::isnan(mean);
  });
}

TEST(CountTest, CountsElements) {
  TestPipeline p;
  const auto words = p | Create("Words", {"a", "b", "a", "a"});
  PAssert::ThatSingleton(words | Count("Count")).IsEqualTo(4);
  PAssert::That(words | CountPerElement("Frequencies")).ContainsInAnyOrder({{"a", 3}, {"b", 1}});
  PAssert::ThatSingleton(p | Create<double>("None", {}) | Count("Count None")).IsEqualTo(0);
  PAssert::That(p | Create<std::string>("No Words", {}) | CountPerElement("No Frequencies")).IsEmpty();
}

TEST(MinMaxTest, ByOperatorLessOrAComparison) {
  TestPipeline p;
  const auto numbers = p | Create("Numbers", {3, -5, 4});
  PAssert::ThatSingleton(numbers | Min("Min")).IsEqualTo(-5);
  PAssert::ThatSingleton(numbers | Max("Max")).IsEqualTo(4);
  PAssert::ThatSingleton(numbers | Max("Farthest From Zero", [](int a, int b) { return std::abs(a) < std::abs(b); }))
      .IsEqualTo(-5);
  const auto words = p | Create("Words", {"pear", "fig", "date", "kiwi"});
  // All of one length: the encoding decides, so that every run gives the same.
  PAssert::ThatSingleton(words | Max("Longest", [](const auto& a, const auto& b) { return a.size() < b.size(); }))
      .IsEqualTo("pear");
  PAssert::That(p | Create<int>("None", {}) | Min("Min None")).IsEmpty();
}

TEST(MinMaxTest, NanIsAboveAllNumbers) {
  TestPipeline p;
  const auto numbers = p | Create("Numbers", {kNan, 1.0, -kNan, -kInfinity, kInfinity});
  PAssert::ThatSingleton(numbers | Min("Min")).IsEqualTo(-kInfinity);
  PAssert::ThatSingleton(numbers | Max("Max")).Satisfies("NaN", [](double max) { return std::isnan(max); });
  const auto zeros = p | Create("Zeros", {0.0, -0.0});
  PAssert::ThatSingleton(zeros | Min("Min Zero")).IsEqualTo(-0.0);
  PAssert::ThatSingleton(zeros | Max("Max Zero")).IsEqualTo(0.0);
}

TEST(TopTest, TheHighestFirst) {
  TestPipeline p;
  const auto numbers = p | Create("Numbers", {3, 1, 4, 1, 5, 9, 2, 6});
  using Ints = std::vector<int>;
  PAssert::ThatSingleton(numbers | Largest("Largest", 3)).IsEqualTo(Ints{9, 6, 5});
  PAssert::ThatSingleton(numbers | Smallest("Smallest", 3)).IsEqualTo(Ints{1, 1, 2});
  PAssert::ThatSingleton(numbers
                         | Top("Nearest To Four", 2, [](int a, int b) { return std::abs(a - 4) > std::abs(b - 4); }))
      .Satisfies("Four And A Neighbour", [](const Ints& top) { return top[0] == 4 && (top[1] == 3 || top[1] == 5); });
  PAssert::ThatSingleton(numbers | Largest("All", 100)).IsEqualTo(Ints{9, 6, 5, 4, 3, 2, 1, 1});
  PAssert::ThatSingleton(numbers | Largest("None", 0)).IsEqualTo(Ints{});
  PAssert::ThatSingleton(p | Create<int>("Nothing", {}) | Largest("Of Nothing", 2)).IsEqualTo(Ints{});
  EXPECT_THROW(Largest("Fewer Than None", -1), UsageError);
}

TEST(CombineTest, PerKey) {
  TestPipeline p;
  const auto pairs = p | Create<Pair>("Pairs", {{"a", 1}, {"b", 10}, {"a", 3}, {"b", 20}, {"a", 2}});
  PAssert::That(pairs | SumPerKey("Sum")).ContainsInAnyOrder({{"a", 6}, {"b", 30}});
  PAssert::That(pairs | CountPerKey("Count")).ContainsInAnyOrder({{"a", 3}, {"b", 2}});
  PAssert::That(pairs | MeanPerKey("Mean")).ContainsInAnyOrder({{"a", 2.0}, {"b", 15.0}});
  PAssert::That(pairs | MinPerKey("Min")).ContainsInAnyOrder({{"a", 1}, {"b", 10}});
  PAssert::That(pairs | MaxPerKey("Max")).ContainsInAnyOrder({{"a", 3}, {"b", 20}});
  PAssert::That(pairs | LargestPerKey("Largest", 2)).ContainsInAnyOrder({{"a", {3, 2}}, {"b", {20, 10}}});
  PAssert::That(pairs | SmallestPerKey("Smallest", 1)).ContainsInAnyOrder({{"a", {1}}, {"b", {10}}});
  PAssert::That(pairs | TopPerKey("Top", 1, [](auto a, auto b) { return a > b; }))
      .ContainsInAnyOrder({{"a", {1}}, {"b", {10}}});
  PAssert::That(p | Create<Pair>("No Pairs", {}) | SumPerKey("Sum No Pairs")).IsEmpty();
}

// The longest text and how many there were: fields of its own, another accumulator, another output.
struct LongestFn {
  std::string prefix;

  struct Accumulator {
    std::string longest;
    std::int64_t count = 0;
    bool operator==(const Accumulator&) const = default;
  };

  Accumulator CreateAccumulator() const { return {}; }
  void AddInput(Accumulator& best, const std::string& text) const { MergeAccumulators(best, {text, 1}); }
  void MergeAccumulators(Accumulator& into, const Accumulator& other) const {
    if (other.longest.size() > into.longest.size()) into.longest = other.longest;
    into.count += other.count;
  }
  std::string ExtractOutput(const Accumulator& best) const {
    return prefix + best.longest + " of " + std::to_string(best.count);
  }
};

TEST(CombineTest, AFnOfTheUser) {
  TestPipeline p;
  const auto words = p | Create("Words", {"a", "bcd", "ef"});
  PAssert::ThatSingleton(words | CombineGlobally("Longest", LongestFn{"> "})).IsEqualTo("> bcd of 3");
  const auto none = p | Create<std::string>("None", {});
  PAssert::ThatSingleton(none | CombineGlobally("Longest Of None", LongestFn{})).IsEqualTo(" of 0");
  PAssert::That(none | CombineGlobally("Nothing Of None", LongestFn{}, OnEmpty::kNothing)).IsEmpty();
  const auto keyed =
      words | Map("Key", [](const std::string& word) { return KV<bool, std::string>{word.size() > 1, word}; });
  PAssert::That(keyed | CombinePerKey("Longest Per Key", LongestFn{}))
      .ContainsInAnyOrder({{false, "a of 1"}, {true, "bcd of 2"}});
}

// More keys than a bundle combines at once, each of them in many bundles.
TEST(CombineTest, VeryManyKeys) {
  TestPipeline p;
  struct Fan {
    void ProcessElement(int part, Output<KV<std::int64_t, int>> out) const {
      for (std::int64_t i = 0; i < 130'000; ++i) out.Emit({i, part});
    }
  };
  const auto sums = p | Create("Parts", {1, 2, 3}) | ParDo("Fan", Fan{}) | SumPerKey("Sum");
  PAssert::ThatSingleton(sums | Count("Count")).IsEqualTo(130'000);
  PAssert::That(sums | Filter("Wrong", [](const KV<std::int64_t, std::int64_t>& sum) { return sum.value != 6; }))
      .IsEmpty();
}

}  // namespace combine_test
