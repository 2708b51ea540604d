// Windows from end to end: timestamps, grouping, combining and side inputs per window.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/count.h"
#include "beam/transforms/create.h"
#include "beam/transforms/distinct.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/keys_values.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/with_keys.h"
#include "beam/transforms/with_timestamps.h"

namespace windows_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program
using testing::HasSubstr;
using testing::ThrowsMessage;

// Numbers at the millisecond of their value, in windows of ten.
PCollection<int> InTens(Pipeline& p, const std::vector<int>& numbers) {
  return p
      | Create("Numbers", numbers)
      | WithTimestamps("Times", [](int n) { return Timestamp{n}; })
      | WindowInto("Tens", FixedWindows(10));
}

Window Ten(std::int64_t start) { return {Timestamp{start}, Timestamp{start + 10}}; }

// An element with all that goes with it.
struct ShowFn {
  void ProcessElement(int n, Timestamp timestamp, const Window& window, PaneInfo pane, Output<std::string> out) const {
    out.Emit(std::to_string(n) + " @" + std::to_string(timestamp.millis) + " in "
             + std::to_string(window.start().millis) + ".." + std::to_string(window.end().millis)
             + (pane.is_first && pane.is_last ? "" : " of several panes"));
  }
};

TEST(WindowsTest, ElementsKeepTheirTimeAndWindow) {
  TestPipeline p;
  const auto numbers = InTens(p, {-1, 0, 9, 10, -11});
  const auto shown = numbers | Map("Same", [](int n) { return n; }) | Reshuffle() | ParDo("Show", ShowFn{});
  PAssert::That(shown).ContainsInAnyOrder(
      {"-1 @-1 in -10..0", "0 @0 in 0..10", "9 @9 in 0..10", "10 @10 in 10..20", "-11 @-11 in -20..-10"});
}

TEST(WindowsTest, AnOffsetMovesTheWindows) {
  TestPipeline p;
  const auto shown = p
      | Create("Numbers", {2, 3, -8})
      | WithTimestamps("Times", [](int n) { return Timestamp{n}; })
      | WindowInto("From Three", FixedWindows(10, 3))
      | ParDo("Show", ShowFn{});
  PAssert::That(shown).ContainsInAnyOrder({"2 @2 in -7..3", "3 @3 in 3..13", "-8 @-8 in -17..-7"});
}

TEST(WindowsTest, GroupsArePerWindow) {
  TestPipeline p;
  const auto groups = InTens(p, {1, 3, 5, 12, 14, 31}) | WithKeys("Parity", [](int n) { return n % 2; }) | GroupByKey();
  struct SumFn {
    void ProcessElement(const KV<int, Iterable<int>>& group, Timestamp timestamp, const Window& window,
                        Output<std::string> out) const {
      int sum = 0;
      for (const int n : group.value) sum += n;
      out.Emit(std::to_string(group.key) + ": " + std::to_string(sum) + " @" + std::to_string(timestamp.millis) + " in "
               + std::to_string(window.start().millis));
    }
  };
  PAssert::That(groups | ParDo("Sum", SumFn{}))
      .ContainsInAnyOrder({"1: 9 @9 in 0", "0: 26 @19 in 10", "1: 31 @39 in 30"});
}

TEST(WindowsTest, CombinesArePerWindow) {
  TestPipeline p;
  const auto numbers = InTens(p, {1, 2, 2, 11, 12, 31});
  const auto sums = numbers | Sum("Sum");
  PAssert::ThatSingleton(sums).InWindow(Ten(0)).IsEqualTo(std::int64_t{5});
  PAssert::ThatSingleton(sums).InWindow(Ten(10)).IsEqualTo(std::int64_t{23});
  PAssert::That(sums).InWindow(Ten(20)).IsEmpty();  // no element, no sum
  PAssert::That(numbers | Count("Count")).ContainsInAnyOrder({3, 2, 1});
  PAssert::That(numbers | Distinct()).ContainsInAnyOrder({1, 2, 11, 12, 31});
  const auto keyed = numbers | WithKeys("One Key", "k") | SumPerKey("Sum Per Key");
  PAssert::That(keyed).ContainsInAnyOrder({{"k", 5}, {"k", 23}, {"k", 31}});
  // Back in the global window they are one.
  PAssert::ThatSingleton(numbers | WindowInto("Global", GlobalWindows()) | Sum("Sum Of All"))
      .IsEqualTo(std::int64_t{59});
}

TEST(WindowsTest, ASideInputIsOfTheSameWindow) {
  TestPipeline p;
  const auto numbers = InTens(p, {1, 2, 11, 12, 31});
  const auto sums = numbers | Sum("Sum");
  struct ShareFn {
    void ProcessElement(int n, const SideInput<std::int64_t>& sum, Output<std::string> out) const {
      out.Emit(std::to_string(n) + "/" + std::to_string(*sum));
    }
  };
  PAssert::That(numbers | ParDo("Share", ShareFn{}, AsSingleton(sums)))
      .ContainsInAnyOrder({"1/3", "2/3", "11/23", "12/23", "31/31"});
  // What lies in no window that the side input has sees nothing.
  struct CountFn {
    void ProcessElement(int n, const SideIterable<int>& side, Output<KV<int, int>> out) const {
      out.Emit({n, static_cast<int>(side.size())});
    }
  };
  const auto few = numbers | Filter("Few", [](int n) { return n < 12; });
  PAssert::That(numbers | ParDo("Count Few", CountFn{}, AsIterable(few)))
      .ContainsInAnyOrder({{1, 2}, {2, 2}, {11, 1}, {12, 1}, {31, 0}});
  // A side input in the global window is the same for all.
  const auto all = p | Create("All", {7, 8, 9});
  PAssert::That(numbers | ParDo("Count All", CountFn{}, AsIterable(all)))
      .ContainsInAnyOrder({{1, 3}, {2, 3}, {11, 3}, {12, 3}, {31, 3}});
}

// FinishBundle has no element whose window it could take.
struct LastFn {
  bool says_where = false;
  struct State {
    std::vector<std::pair<int, ElementMeta>> seen;
  };
  State Setup() const { return {}; }
  void StartBundle(State& state) const { state.seen.clear(); }
  void ProcessElement(State& state, int n, Timestamp timestamp, const Window& window, Output<int>) const {
    state.seen.push_back({n, {.timestamp = timestamp, .window = window}});
  }
  void FinishBundle(State& state, Output<int> out) const {
    for (const auto& [n, meta] : state.seen) {
      if (says_where) {
        out.EmitWith(n, meta);
      } else {
        out.Emit(n);
      }
    }
  }
};

TEST(WindowsTest, FinishBundleMustSayTheWindow) {
  {
    TestPipeline p;
    const auto numbers = InTens(p, {1, 11}) | ParDo("Last", LastFn{.says_where = true});
    PAssert::ThatSingleton(numbers).InWindow(Ten(0)).IsEqualTo(1);
    PAssert::ThatSingleton(numbers).InWindow(Ten(10)).IsEqualTo(11);
  }
  {
    TestPipeline p;
    PAssert::That(p | Create("Global", {1, 11}) | ParDo("Last", LastFn{})).ContainsInAnyOrder({1, 11});
  }
  EXPECT_THAT(
      [] {
        TestPipeline p;
        InTens(p, {1}) | ParDo("Last", LastFn{}) | Map("Read", [](int n) { return n; });
        p.Run();
      },
      ThrowsMessage<Error>(HasSubstr("step 'Last' failed: FinishBundle emits into windows other than the global one")));
}

}  // namespace windows_test
