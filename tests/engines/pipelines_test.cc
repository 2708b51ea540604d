// Pipelines that cover each primitive: what the embedded runner makes of them, every engine and its workers here must
// make, too. BEAM_TEST_PIPELINE_OPTIONS says where they run.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "beam/beam.h"
#include "beam/testing.h"

namespace engine_pipelines_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program

using Pairs = PCollection<KV<std::string, std::int64_t>>;

PCollection<std::int64_t> Numbers(Pipeline& p, std::int64_t count) {
  return p | Create("Counts", {count}) | FlatMap("Numbers", [](std::int64_t n) {
           std::vector<std::int64_t> numbers;
           for (std::int64_t i = 0; i < n; ++i) numbers.push_back(i);
           return numbers;
         });
}

struct Track {
  std::string path;
  double seconds = 0;
  bool operator==(const Track&) const = default;
};

TEST(EnginePipeline, MapsAndFilters) {
  TestPipeline p;
  const auto even = Numbers(p, 10)
      | Filter("Even", [](std::int64_t n) { return n % 2 == 0; })
      | Map("Square", [](std::int64_t n) { return n * n; });
  PAssert::That(even).ContainsInAnyOrder({0, 4, 16, 36, 64});
}

TEST(EnginePipeline, CarriesRowsAndBytesThatAreNoText) {
  TestPipeline p;
  const auto tracks = p
      | Create("Tracks", std::vector<Track>{{"a\xFF.mp3", 1.5}, {"", 0}})
      | Reshuffle("Shuffle")
      | Map("Same", [](const Track& track) { return track; });
  PAssert::That(tracks).ContainsInAnyOrder({{"a\xFF.mp3", 1.5}, {"", 0}});
  const auto names = tracks | Map("Names", [](const Track& track) { return track.path; }) | Reshuffle("Shuffle Names");
  PAssert::That(names).ContainsInAnyOrder({"a\xFF.mp3", ""});
}

TEST(EnginePipeline, GroupsByKey) {
  TestPipeline p;
  const auto sums = Numbers(p, 1000)
      | WithKeys("Key", [](std::int64_t n) { return n % 3; })
      | GroupByKey("Group")
      | Map("Sum", [](const KV<std::int64_t, Iterable<std::int64_t>>& group) {
                      std::int64_t sum = 0;
                      for (const std::int64_t n : group.value) sum += n;
                      return KV<std::int64_t, std::int64_t>{group.key, sum};
                    });
  PAssert::That(sums).ContainsInAnyOrder({{0, 166833}, {1, 166167}, {2, 166500}});
}

TEST(EnginePipeline, GroupsAMillionKeys) {
  TestPipeline p;
  const auto sums = Numbers(p, 1'000'000)
      | WithKeys("Key", [](std::int64_t n) { return n; })
      | GroupByKey("Group")
      | Map("Value", [](const KV<std::int64_t, Iterable<std::int64_t>>& group) {
                      return group.value.size() == 1 ? *group.value.begin() - group.key + 1 : 0;
                    });
  PAssert::That(sums | Sum("Sum")).ContainsInAnyOrder({1'000'000});
}

TEST(EnginePipeline, CarriesAnElementOf100Megabytes) {
  TestPipeline p;
  const auto sizes = p
      | Create("Size", {std::int64_t{100'000'000}})
      | Map("Make", [](std::int64_t size) { return std::string(static_cast<std::size_t>(size), 'x'); })
      | Reshuffle("Shuffle")
      | Map("Look",
            [](const std::string& text) { return text.find_first_not_of('x') == std::string::npos ? text.size() : 0; });
  PAssert::That(sizes).ContainsInAnyOrder({100'000'000});
}

TEST(EnginePipeline, Combines) {
  TestPipeline p;
  const auto numbers = Numbers(p, 1000);
  PAssert::That(numbers | Sum("Sum")).ContainsInAnyOrder({499500});
  PAssert::That(numbers | Count("Count")).ContainsInAnyOrder({1000});
  PAssert::That(numbers | Mean("Mean")).ContainsInAnyOrder({499.5});
  const auto per_key = numbers | WithKeys("Key", [](std::int64_t n) { return n % 2; }) | SumPerKey("Sum Per Key");
  PAssert::That(per_key).ContainsInAnyOrder({{0, 249500}, {1, 250000}});
}

TEST(EnginePipeline, CombinesNothing) {
  TestPipeline p;
  const auto none = Numbers(p, 5) | Filter("None", [](std::int64_t) { return false; });
  PAssert::That(none | Count("Count")).ContainsInAnyOrder({0});
}

struct SplitFn {
  void ProcessElement(std::int64_t n, Output<std::int64_t, "small"> small, Output<std::string, "large"> large) const {
    if (n < 3) {
      small.Emit(n);
    } else {
      large.Emit(std::to_string(n));
    }
  }
};

TEST(EnginePipeline, HasSeveralOutputs) {
  TestPipeline p;
  auto [small, large] = Numbers(p, 5) | ParDo("Split", SplitFn{});
  PAssert::That(small).ContainsInAnyOrder({0, 1, 2});
  PAssert::That(large).ContainsInAnyOrder({"3", "4"});
}

struct WithSidesFn {
  void ProcessElement(std::int64_t n, const SideInput<std::int64_t>& offset, const SideIterable<std::string>& words,
                      const SideMap<std::int64_t, std::string>& names, Output<std::string> out) const {
    const std::string* const name = names.Find(n);
    out.Emit((name == nullptr ? "?" : *name) + std::to_string(n + *offset) + "/" + std::to_string(words.size()));
  }
};

TEST(EnginePipeline, ReadsSideInputs) {
  TestPipeline p;
  const auto offset = p | Create("Offset", {std::int64_t{100}});
  const auto words = p | Create("Words", std::vector<std::string>{"x", "y"});
  const auto names = p | Create("Names", std::vector<KV<std::int64_t, std::string>>{{1, "one"}, {2, "two"}});
  const auto texts =
      Numbers(p, 3) | ParDo("With Sides", WithSidesFn{}, AsSingleton(offset), AsIterable(words), AsMap(names));
  PAssert::That(texts).ContainsInAnyOrder({"?100/2", "one101/2", "two102/2"});
}

struct Place {
  std::string folder;
  std::int64_t track = 0;
};
struct LookUpFn {
  void ProcessElement(std::int64_t n, const SideMap<std::string, std::int64_t>& texts,
                      const SideMap<Place, std::string>& places, Output<std::string> out) const {
    std::string text = std::to_string(n) + ":";
    std::vector<std::int64_t> all = texts.All(std::string(static_cast<std::size_t>(n), 'x'));
    std::sort(all.begin(), all.end());
    for (const std::int64_t value : all) text += " " + std::to_string(value);
    const std::string* const place = places.Find({"a", n});
    out.Emit(text + (place == nullptr ? "" : " " + *place));
  }
};

// By keys of a standard coder and of one that engines do not know.
TEST(EnginePipeline, LooksUpKeysWithAnyNumberOfValues) {
  TestPipeline p;
  using Text = KV<std::string, std::int64_t>;
  const auto texts = p | Create("Texts", std::vector<Text>{{"x", 1}, {"xx", 2}, {"xx", 3}, {"", 0}});
  const auto places = p | Create("Places", std::vector<KV<Place, std::string>>{{{"a", 1}, "one"}, {{"b", 2}, "two"}});
  const auto found = Numbers(p, 4) | ParDo("Look Up", LookUpFn{}, AsMap(texts), AsMap(places));
  PAssert::That(found).ContainsInAnyOrder({"0: 0", "1: 1 one", "2: 2 3", "3:"});
}

TEST(EnginePipeline, LooksUpKeysWithinTheWindow) {
  TestPipeline p;
  const auto windowed = Numbers(p, 8)
      | WithTimestamps("Times", [](std::int64_t n) { return Timestamp{n}; })
      | WindowInto("Windows", FixedWindows(4));
  const auto pairs = windowed | Map("Pair", [](std::int64_t n) { return KV<std::int64_t, std::int64_t>{n % 4, n}; });
  struct FindFn {
    void ProcessElement(std::int64_t n, const SideMap<std::int64_t, std::int64_t>& map,
                        Output<std::int64_t> out) const {
      out.Emit(*map.Find(n % 4));
    }
  };
  const auto found = windowed | ParDo("Find", FindFn{}, AsMap(pairs));
  PAssert::That(found).ContainsInAnyOrder({0, 1, 2, 3, 4, 5, 6, 7});
}

TEST(EnginePipeline, FlattensWhatComesFromManyPlaces) {
  TestPipeline p;
  const auto a = p | Create("A", {1, 2});
  const auto b = p | Create("B", {3}) | Reshuffle("Shuffle");
  PAssert::That(Flatten("Flatten", a, b)).ContainsInAnyOrder({1, 2, 3});
}

TEST(EnginePipeline, KeepsTimesAndWindows) {
  TestPipeline p;
  const auto sums = Numbers(p, 10)
      | WithTimestamps("Times", [](std::int64_t n) { return Timestamp{n}; })
      | WindowInto("Windows", FixedWindows(4))
      | Reshuffle("Shuffle")
      | WithKeys("Key", [](std::int64_t) { return 0; })
      | SumPerKey("Sum")
      | Values("Values");
  PAssert::That(sums).ContainsInAnyOrder({0 + 1 + 2 + 3, 4 + 5 + 6 + 7, 8 + 9});
}

TEST(EnginePipeline, CountsWhatItDoes) {
  TestPipeline p;
  static const Counter counter("engine_test", "elements");
  static const Distribution distribution("engine_test", "values");
  static const Gauge gauge("engine_test", "latest");
  Numbers(p, 100) | ForEach("Count", [](std::int64_t n) {
    counter.Inc();
    distribution.Update(n);
    gauge.Set(7);
  });
  const MetricResults metrics = p.Run().metrics();
  EXPECT_EQ(metrics.CounterValue("engine_test", "elements"), 100);
  EXPECT_EQ(metrics.DistributionValue("engine_test", "values").max, 99);
  EXPECT_EQ(metrics.GaugeValue("engine_test", "latest"), 7);
}

TEST(EnginePipeline, CarriesLargeElements) {
  TestPipeline p;
  const auto sizes = p
      | Create("Sizes", {std::int64_t{20'000'000}})
      | Map("Large", [](std::int64_t n) { return std::string(static_cast<std::size_t>(n), 'x'); })
      | Reshuffle("Shuffle")
      | Map("Size", [](const std::string& text) { return static_cast<std::int64_t>(text.size()); });
  PAssert::That(sizes).ContainsInAnyOrder({20'000'000});
}

TEST(EnginePipeline, SaysWhichStepAndElementFailed) {
  TestPipeline p;
  Numbers(p, 5) | ForEach("Divide", [](std::int64_t n) {
    if (n == 3) throw Error("it will not be divided");
  });
  try {
    p.Run();
    FAIL() << "the pipeline must fail";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("Divide"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("it will not be divided"), std::string::npos) << error.what();
  }
}

}  // namespace engine_pipelines_test
