// The same pipeline gives the same results, in the same order where there is one, with any number of threads, bundles
// of any size, and grouping in memory or on disk.
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "beam/base/hash.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/co_group_by_key.h"
#include "beam/transforms/count.h"
#include "beam/transforms/create.h"
#include "beam/transforms/distinct.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"
#include "beam/transforms/mean.h"
#include "beam/transforms/min_max.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/top.h"
#include "beam/transforms/window_into.h"
#include "beam/transforms/with_keys.h"
#include "beam/transforms/with_timestamps.h"

namespace determinism_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program

// The texts that a run produced, by name.
class Results {
 public:
  void Add(const std::string& name, const std::string& text) {
    const std::lock_guard lock(mutex_);
    texts_[name] += text;
  }
  std::map<std::string, std::string> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(texts_, {});
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> texts_;
};
Results results;

// Everything of a PCollection in the order of its group: the "file of everything".
template <class T>
struct KeepFn {
  std::string name;
  void ProcessElement(const KV<int, Iterable<T>>& all, const Window& window, Output<T>) const {
    std::string text;
    for (const T& element : all.value) {
      Writer out;
      Coder<T>::Encode(element, out);
      text.append(std::to_string(out.size())).append(":").append(out.view());
    }
    results.Add(name + "@" + std::to_string(window.end().millis), text);
  }
};

template <class T>
void Keep(const std::string& name, const PCollection<T>& elements) {
  elements | WithKeys("Key " + name, 0) | GroupByKey("Group " + name) | ParDo("Keep " + name, KeepFn<T>{name});
}

struct FanFn {
  int count;
  void ProcessElement(int n, Output<KV<std::string, double>> out, Output<int, "rest"> rest) const {
    // Some elements are slower than others, so that bundles differ from run to run.
    if (n % 17 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
    for (int i = 0; i < count; ++i) {
      const auto bits = MixBits(static_cast<std::uint64_t>(n * count + i));
      out.Emit({"key" + std::to_string(bits % 37), static_cast<double>(bits % 1000) / 7.0 - 50});
    }
    rest.Emit(n);
  }
};

struct SideFn {
  void ProcessElement(const KV<std::string, double>& kv, const SideIterable<int>& side,
                      Output<KV<std::string, std::int64_t>> out) const {
    // Depends on the order of the side input.
    std::uint64_t hash = 0;
    for (const int n : side) hash = MixBits(hash ^ static_cast<std::uint64_t>(n));
    out.Emit({kv.key, static_cast<std::int64_t>(hash % 1'000'000)});
  }
};

void Build(Pipeline& p) {
  std::vector<int> numbers;
  for (int i = 0; i < 200; ++i) numbers.push_back(i);
  const auto [pairs, rest] = p | Create("Numbers", numbers) | ParDo("Fan", FanFn{6});
  Keep("Pairs", pairs);
  Keep("Reshuffled", pairs | Reshuffle());
  const auto values = pairs | Map("Values", [](const KV<std::string, double>& kv) { return kv.value; });
  Keep("Sum", values | Sum("Sum"));
  Keep("Mean", values | Mean("Mean"));
  Keep("Sum Per Key", pairs | SumPerKey("Sum Per Key"));
  Keep("Longest", pairs | Top("Top", 5, [](const auto& a, const auto& b) { return a.key.size() < b.key.size(); }));
  Keep("Counts", pairs | CountPerKey("Counts"));
  Keep("Distinct", pairs | Distinct());
  const auto groups = pairs | GroupByKey();
  const auto first = groups | Map("First", [](const KV<std::string, Iterable<double>>& group) {
                       return KV<std::string, double>{group.key, *group.value.begin()};
                     });
  Keep("First", first);
  Keep("Flattened", Flatten("Flatten", first, pairs, first | Reshuffle("Again")));
  Keep("Side", pairs | ParDo("Side", SideFn{}, AsIterable(rest)));
  Keep("Joined",
       CoGroupByKey("Join", pairs, first)
           | Map("Text", [](const KV<std::string, std::tuple<Iterable<double>, Iterable<double>>>& group) {
               std::string text = group.key;
               for (const double value : std::get<0>(group.value)) text += " " + std::to_string(value);
               for (const double value : std::get<1>(group.value)) text += " / " + std::to_string(value);
               return text;
             }));
  Keep("Windows",
       rest | WithTimestamps("Times", [](int n) { return Timestamp{n}; }) | WindowInto("Fifties", FixedWindows(50)));
}

std::map<std::string, std::string> RunWith(int workers, std::uint64_t memory) {
  PipelineOptions options = TestPipeline::DefaultOptions();
  options.direct_num_workers = workers;
  options.direct_shuffle_memory = ByteSize{memory};
  TestPipeline p(options);
  Build(p);
  p.Run();
  return results.Take();
}

TEST(DeterminismTest, AnyNumberOfThreadsAndAnyMemory) {
  const std::map<std::string, std::string> expected = RunWith(1, 1 << 30);
  EXPECT_EQ(expected.size(), 12U + 4U);  // the last in four windows
  for (const std::uint64_t memory : {std::uint64_t{1} << 30, std::uint64_t{100'000}, std::uint64_t{1}}) {
    for (const int workers : {1, 3, 8}) {
      const std::map<std::string, std::string> found = RunWith(workers, memory);
      ASSERT_EQ(found.size(), expected.size());
      for (const auto& [name, text] : expected) {
        ASSERT_TRUE(found.at(name) == text)
            << name << " differs with " << workers << " workers and " << memory << " bytes for grouping";
      }
    }
  }
}

}  // namespace determinism_test
