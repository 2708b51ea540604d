// ParDo: the life of a DoFn, its outputs and side inputs, elements that only move.
#include "beam/transforms/par_do.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/count.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/keys_values.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/test_life.h"

namespace par_do_test {

using namespace beam;                // NOLINT(google-build-using-namespace): the tests read as a user's program
using namespace beam::testing_life;  // NOLINT(google-build-using-namespace)
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::ThrowsMessage;

PipelineOptions OneWorker() {
  PipelineOptions options = TestPipeline::DefaultOptions();
  options.direct_num_workers = 1;
  return options;
}

TEST(LifecycleTest, StepsOfAStageInTurn) {
  journal.TakeEvents();
  {
    TestPipeline p(OneWorker());
    PAssert::That(p | Create("One", {7}) | ParDo("First", LifeFn{"1"}) | ParDo("Second", LifeFn{"2"}))
        .ContainsInAnyOrder({7, -1, -2});
    p.Run();
  }
  // Setup and start from the last step to the first, as each may speak to the next; finish and teardown the other way.
  EXPECT_THAT(journal.TakeEvents(),
              ElementsAre("2 setup", "1 setup", "2 start", "1 start", "1 7", "2 7", "1 finish", "2 -1", "2 finish",
                          "1 teardown", "2 teardown"));
}

// However a runner cuts its input into bundles, and on however many instances it runs them.
TEST(LifecycleTest, AnInstanceHasOneBundleAfterTheOther) {
  journal.TakeLives();
  {
    TestPipeline p;
    p | Create("Numbers", std::vector<int>(10, 1)) | ParDo("Life", LifeFn{"a"});
    p.Run();
  }
  const std::vector<std::string> lives = journal.TakeLives();
  EXPECT_THAT(lives, Each(MatchesRegex("s(s1*f)*t")));
  std::ptrdiff_t elements = 0;
  for (const std::string& life : lives) elements += std::count(life.begin(), life.end(), '1');
  EXPECT_EQ(elements, 10);
}

// However often a runner tries, and whatever bundles without elements it has besides.
TEST(LifecycleTest, AFailureTearsDown) {
  journal.TakeLives();
  EXPECT_THAT(
      [] {
        TestPipeline p;
        p | Create("One", {7}) | ParDo("Life", LifeFn{"a"}) | ForEach("Fail", [](int n) {
          if (n == 7) throw Error("no");
        });
        p.Run();
      },
      ThrowsMessage<Error>(HasSubstr("step 'Fail' failed on '7': no")));
  EXPECT_THAT(journal.TakeLives(), AllOf(Contains(EndsWith("s7t")), Each(MatchesRegex("s(sf)*(s7)?t"))));
}

// ---- Outputs.

struct SplitFn {
  int limit;
  void ProcessElement(int n, Output<int, "small"> small, Output<std::string, "large"> large, Output<int> all) const {
    if (n < limit) {
      small.Emit(n);
    } else {
      large.Emit(std::to_string(n));
    }
    all.Emit(n);
  }
};

TEST(OutputsTest, InTheOrderOfTheParameters) {
  TestPipeline p;
  const auto [small, large, all] = p | Create("Numbers", {1, 20, 3}) | ParDo("Split", SplitFn{10});
  PAssert::That(small).ContainsInAnyOrder({1, 3});
  PAssert::That(large).ContainsInAnyOrder({"20"});
  PAssert::That(all).ContainsInAnyOrder({1, 3, 20});
}

TEST(OutputsTest, UnreadOnesAreDropped) {
  TestPipeline p;
  const auto [small, large, all] = p | Create("Numbers", {1, 20, 3}) | ParDo("Split", SplitFn{10});
  PAssert::That(large).ContainsInAnyOrder({"20"});
  // Nobody reads any output, and nobody reads the input of a step without outputs either.
  p | Create("Unread", {1, 2}) | ParDo("Split Unread", SplitFn{10});
  p | Create("Never Read", {1, 2});
  p | Impulse();
}

TEST(OutputsTest, AStepKnowsWhoReads) {
  struct Tell {
    void ProcessElement(int, Output<int> unread, Output<std::string, "told"> told) const {
      told.Emit(std::string(unread.HasReader() ? "read" : "unread") + (told.HasReader() ? " read" : " unread"));
    }
  };
  TestPipeline p;
  const auto [unread, told] = p | Create("Numbers", {1}) | ParDo("Tell", Tell{});
  PAssert::That(told).ContainsInAnyOrder({"unread read"});
}

TEST(OutputsTest, ManyReadersEachGetAll) {
  TestPipeline p;
  const auto numbers = p | Create("Numbers", {"a", "b", "c"});
  // Each takes the elements by value and changes them.
  std::vector<PCollection<std::string>> branches;
  for (int i = 0; i < 5; ++i) {
    branches.push_back(numbers
                       | Map("Map " + std::to_string(i), [](std::string text) { return std::move(text += "!"); }));
  }
  PAssert::That(Flatten("All", branches) | CountPerElement("Count"))
      .ContainsInAnyOrder({{"a!", 5}, {"b!", 5}, {"c!", 5}});
  PAssert::That(numbers).ContainsInAnyOrder({"a", "b", "c"});
}

// ---- Elements that only move.

class Ticket {
 public:
  explicit Ticket(int number) : number_(number) {}
  Ticket(Ticket&&) = default;
  Ticket& operator=(Ticket&&) = default;
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace par_do_test

template <>
struct beam::Coder<par_do_test::Ticket> {
  static void Encode(const par_do_test::Ticket& ticket, Writer& out, Context = Context::kNested) {
    out.VarInt(static_cast<std::uint64_t>(ticket.number()));
  }
  static par_do_test::Ticket Decode(Reader& in, Context = Context::kNested) {
    return par_do_test::Ticket(static_cast<int>(in.VarInt()));
  }
  static std::size_t ByteSize(const par_do_test::Ticket&) { return 2; }
  static CoderSpec Spec() { return CustomCoderSpec<par_do_test::Ticket>(); }
};

namespace par_do_test {

struct TicketsFn {
  void ProcessElement(int n, Output<Ticket> out) const { out.Emit(Ticket(n)); }
};
struct StampFn {
  void ProcessElement(Ticket ticket, Output<KV<std::string, Ticket>> out) const {
    out.Emit({ticket.number() % 2 == 0 ? "even" : "odd", std::move(ticket)});
  }
};

TEST(MoveOnlyTest, GoesThroughEverything) {
  TestPipeline p;
  const auto tickets = p | Create("Numbers", {1, 2, 3}) | ParDo("Tickets", TicketsFn{});
  // Two readers, a queue, a group, a side input.
  const auto stamped = tickets | Reshuffle() | ParDo("Stamp", StampFn{});
  const auto sums = stamped | GroupByKey() | Map("Sum", [](const KV<std::string, Iterable<Ticket>>& group) {
                      int sum = 0;
                      for (const Ticket& ticket : group.value) sum += ticket.number();
                      return KV<std::string, int>{group.key, sum};
                    });
  PAssert::That(sums).ContainsInAnyOrder({{"even", 2}, {"odd", 4}});
  struct CountFn {
    void ProcessElement(const Ticket& ticket, const SideIterable<Ticket>& all, Output<int> out) const {
      out.Emit(ticket.number() * 10 + static_cast<int>(all.size()));
    }
  };
  PAssert::That(tickets | ParDo("Count", CountFn{}, AsIterable(tickets))).ContainsInAnyOrder({13, 23, 33});
  PAssert::That(stamped | Values() | Map("Number", [](const Ticket& ticket) { return ticket.number(); }))
      .ContainsInAnyOrder({1, 2, 3});
}

// ---- Side inputs.

using Pair = KV<std::string, int>;

struct AddFn {
  void ProcessElement(int n, const SideInput<int>& addend, Output<int> out) const { out.Emit(n + *addend); }
};
struct LookUpFn {
  void ProcessElement(const std::string& key, const SideMap<std::string, int>& map, Output<std::string> out) const {
    std::string text = key + (map.Contains(key) ? " in:" : " not in:");
    std::vector<int> all = map.All(key);
    std::sort(all.begin(), all.end());
    for (const int n : all) text += " " + std::to_string(n);
    if (all.size() < 2) text += map.Find(key) == nullptr ? " none" : " one";
    out.Emit(text);
  }
};
struct TotalFn {
  void ProcessElement(int n, const SideIterable<int>& others, const SideInput<int>& factor, Timestamp,
                      const SideMap<std::string, int>& named, Output<int> out) const {
    int total = n;
    for (const int other : others) total += other * *factor;
    out.Emit(total + *named.Find("bonus"));
  }
};

TEST(SideInputTest, OfEachKind) {
  TestPipeline p;
  const auto numbers = p | Create("Numbers", {1, 2});
  const auto ten = p | Create("Ten", {10});
  PAssert::That(numbers | ParDo("Add", AddFn{}, AsSingleton(ten))).ContainsInAnyOrder({11, 12});
  const auto named = p | Create<Pair>("Named", {{"x", 1}, {"y", 2}, {"x", 3}, {"bonus", 100}});
  PAssert::That(p | Create("Keys", {"x", "y", "z"}) | ParDo("Look Up", LookUpFn{}, AsMap(named)))
      .ContainsInAnyOrder({"x in: 1 3", "y in: 2 one", "z not in: none"});
  const auto others = p | Create("Others", {5, 6});
  PAssert::That(numbers | ParDo("Total", TotalFn{}, AsIterable(others), AsSingleton(ten), AsMap(named)))
      .ContainsInAnyOrder({211, 212});
}

TEST(SideInputTest, Empty) {
  TestPipeline p;
  const auto none = p | Create<int>("None", {});
  struct SizeFn {
    void ProcessElement(int n, const SideIterable<int>& all, Output<int> out) const {
      out.Emit(n + static_cast<int>(all.size()) + (all.empty() ? 100 : 0));
    }
  };
  PAssert::That(p | Create("Numbers", {1, 2}) | ParDo("Size", SizeFn{}, AsIterable(none)))
      .ContainsInAnyOrder({101, 102});
  PAssert::That(p | Create("Keys", {"x"}) | ParDo("Look Up", LookUpFn{}, AsMap(p | Create<Pair>("No Pairs", {}))))
      .ContainsInAnyOrder({"x not in: none"});
  // A wrong singleton that nobody looks at is no fault.
  PAssert::That(none | ParDo("Add", AddFn{}, AsSingleton(none))).IsEmpty();
}

TEST(SideInputTest, FromItsOwnStageAndFromEachOther) {
  TestPipeline p;
  const auto numbers = p | Create("Numbers", {1, 2, 3}) | Map("Same", [](int n) { return n; });
  const auto sum = numbers | Sum("Sum") | Map("To Int", [](std::int64_t n) { return static_cast<int>(n); });
  const auto plus_sum = numbers | ParDo("Add Sum", AddFn{}, AsSingleton(sum));
  PAssert::That(plus_sum).ContainsInAnyOrder({7, 8, 9});
  // A side input that itself had one, over elements that had one.
  const auto largest = plus_sum | Filter("Nine", [](int n) { return n == 9; });
  PAssert::That(plus_sum | ParDo("Add Nine", AddFn{}, AsSingleton(largest))).ContainsInAnyOrder({16, 17, 18});
  // The elements are their own side input.
  struct RankFn {
    void ProcessElement(int n, const SideIterable<int>& all, Output<KV<int, int>> out) const {
      out.Emit({n, static_cast<int>(std::count_if(all.begin(), all.end(), [&](int other) { return other < n; }))});
    }
  };
  PAssert::That(numbers | ParDo("Rank", RankFn{}, AsIterable(numbers))).ContainsInAnyOrder({{1, 0}, {2, 1}, {3, 2}});
}

TEST(SideInputTest, ASingletonOfTwoOrNone) {
  const auto run = [](const std::vector<int>& side) {
    TestPipeline p;
    p | Create("Numbers", {1}) | ParDo("Add", AddFn{}, AsSingleton(p | Create("Side", side)));
    p.Run();
  };
  run({4});
  EXPECT_THAT([&] { run({4, 4}); },
              ThrowsMessage<Error>(HasSubstr("step 'Add' failed on '1': a singleton side input must have exactly one "
                                             "element in the window, but it has 2")));
  EXPECT_THAT([&] { run({}); }, ThrowsMessage<Error>(HasSubstr("but it has 0")));
}

TEST(SideInputTest, AMapWithTwoValuesForOneKey) {
  struct FindFn {
    void ProcessElement(const std::string& key, const SideMap<std::string, int>& map) const { (void)map.Find(key); }
  };
  EXPECT_THAT(
      [] {
        TestPipeline p;
        const auto pairs = p | Create<Pair>("Pairs", {{"x", 1}, {"x", 1}});
        p | Create("Keys", {"x"}) | ParDo("Find", FindFn{}, AsMap(pairs));
        p.Run();
      },
      ThrowsMessage<Error>(HasSubstr("a map side input has 2 values for one key")));
}

// ---- What an error says.

struct File {
  std::string path;
};

TEST(ErrorTest, NamesTheStepAndTheElement) {
  struct ByReference {
    void ProcessElement(const File&) const { throw Error("bad file"); }
  };
  struct ByValue {
    void ProcessElement(File file) const {
      const File kept = std::move(file);
      throw Error("bad file");
    }
  };
  struct NotAnException {
    void ProcessElement(const File&) const { throw 5; }
  };
  const auto run = [](const auto& fn) {
    TestPipeline p;
    p | Create<File>("Files", {{"music/a.mp3"}}) | Named("Outer", ParDo("Inner", fn).transform);
    p.Run();
  };
  EXPECT_THAT([&] { run(ByReference{}); },
              ThrowsMessage<Error>(HasSubstr("step 'Outer' failed on 'music/a.mp3': bad file")));
  EXPECT_THAT([&] { run(ByValue{}); },
              ThrowsMessage<Error>(HasSubstr("step 'Outer' failed on 'music/a.mp3': bad file")));
  EXPECT_THAT([&] { run(NotAnException{}); },
              ThrowsMessage<Error>(HasSubstr("an exception that is not a std::exception")));
}

TEST(ErrorTest, OfSetupAndOfTheBundleHooks) {
  struct BadSetup {
    int Setup() const { throw Error("no model"); }
    void ProcessElement(int&, int, Output<int>) const {}
  };
  struct BadStart {
    void StartBundle() const { throw Error("no start"); }
    void ProcessElement(int, Output<int>) const {}
  };
  struct BadFinish {
    void FinishBundle() const { throw Error("no finish"); }
    void ProcessElement(int, Output<int>) const {}
  };
  const auto run = [](const auto& fn) {
    TestPipeline p;
    p | Create("Numbers", {1}) | ParDo("Bad", fn);
    p.Run();
  };
  EXPECT_THAT([&] { run(BadSetup{}); }, ThrowsMessage<Error>(HasSubstr("step 'Bad' failed: no model")));
  EXPECT_THAT([&] { run(BadStart{}); }, ThrowsMessage<Error>(HasSubstr("step 'Bad' failed: no start")));
  EXPECT_THAT([&] { run(BadFinish{}); }, ThrowsMessage<Error>(HasSubstr("step 'Bad' failed: no finish")));
}

}  // namespace par_do_test
