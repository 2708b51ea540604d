// DoFns that resume: every output once, in order, however often they are interrupted.
#include "beam/model/resume.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"
#include "beam/transforms/sum.h"

namespace resume_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program
using testing::HasSubstr;
using testing::ThrowsMessage;

std::atomic<int> slices{0};

// Where a slice began that has failed already: each fails once, however often it is cut anew.
class Failures {
 public:
  bool IsFirst(int count, int begin) {
    const std::lock_guard lock(mutex_);
    return failed_.insert({count, begin}).second;
  }
  void Clear() {
    const std::lock_guard lock(mutex_);
    failed_.clear();
  }

 private:
  std::mutex mutex_;
  std::set<std::pair<int, int>> failed_;
};
Failures failures;

// Emits count numbers for each element, as a listing would its files.
struct ListFn {
  int every = 0;       // yields after that many outputs whatever the runner would like; 0: when it would
  bool fails = false;  // at first, before it yields
  void ProcessElement(int count, Resume& resume, Output<KV<int, int>> out) const {
    ++slices;
    const int begin = resume.token().empty() ? 0 : std::stoi(resume.token());
    for (int i = begin; i < count; ++i) {
      out.Emit({count, i});
      const bool wants = every > 0 ? (i + 1 - begin) >= every : resume.ShouldYield();
      if (!wants || i + 1 == count) continue;
      if (fails && failures.IsFirst(count, begin)) throw Error("flaky listing");
      return resume.Yield(std::to_string(i + 1));
    }
  }
};

// The values of each count, in the order of the group: the order in which they were emitted is kept per element.
struct InOrderFn {
  void ProcessElement(const KV<int, Iterable<KV<int, int>>>& group, Output<int> out) const {
    int next = 0;
    for (const auto& pair : group.value) {
      if (pair.value != next++) throw Error("out of order: " + std::to_string(pair.value));
    }
    out.Emit(next);
  }
};

TEST(ResumeTest, EachOutputOnceWithSlicesOfAnySize) {
  for (const int workers : {1, 2, 4}) {
    for (const int every : {0, 1, 7, 1000}) {
      for (const bool fails : {false, true}) {
        SCOPED_TRACE(testing::Message() << workers << " workers, slices of " << every << (fails ? ", failing" : ""));
        slices = 0;
        failures.Clear();
        PipelineOptions options = TestPipeline::DefaultOptions();
        options.direct_num_workers = workers;
        options.direct_max_attempts = 3;
        TestPipeline p(options);
        SetLogLevel(Severity::kError);
        const auto listed = p | Create("Counts", {100, 0, 1, 50}) | ParDo("List", ListFn{every, fails});
        PAssert::That(listed
                      | Map("Key", [](const KV<int, int>& kv) { return KV<int, KV<int, int>>{kv.key, kv}; })
                      | GroupByKey()
                      | ParDo("In Order", InOrderFn{}))
            .ContainsInAnyOrder({100, 1, 50});
        PAssert::ThatSingleton(listed | Map("Value", [](const KV<int, int>& kv) { return kv.value; }) | Sum("Sum"))
            .IsEqualTo(99 * 50 + 49 * 25);
        p.Run();
        if (every == 1) {
          EXPECT_GE(slices, 100 + 1 + 1 + 50);
        }
        if (every == 1000 && !fails) {
          EXPECT_EQ(slices, 4);
        }
      }
    }
  }
}

// What was emitted flows on while the element is still at work.
std::atomic<int> seen{0};
struct EndlessFn {
  void ProcessElement(int, Resume& resume, Output<int> out) const {
    const int begin = resume.token().empty() ? 0 : std::stoi(resume.token());
    for (int i = begin;; ++i) {
      if (seen.load() > 0) return;  // ends only once a later stage has had something
      out.Emit(i);
      if (resume.ShouldYield()) return resume.Yield(std::to_string(i + 1));
    }
  }
};

TEST(ResumeTest, TheNextStageStartsBeforeTheElementEnds) {
  for (const int workers : {1, 2}) {
    seen = 0;
    PipelineOptions options = TestPipeline::DefaultOptions();
    options.direct_num_workers = workers;
    TestPipeline p(options);
    p | Create("Start", {0}) | ParDo("Endless", EndlessFn{}) | Reshuffle() | ForEach("See", [](int) { ++seen; });
    p.Run();
    EXPECT_GT(seen, 0);
  }
}

TEST(ResumeTest, FailsForGood) {
  struct BadFn {
    void ProcessElement(int n, Resume& resume, Output<int> out) const {
      out.Emit(n);
      if (resume.token() == "half") throw Error("broken half-way");
      resume.Yield("half");
    }
  };
  EXPECT_THAT(
      [] {
        PipelineOptions options = TestPipeline::DefaultOptions();
        options.direct_max_attempts = 2;
        TestPipeline p(options);
        p | Create("Start", {5}) | ParDo("Bad", BadFn{});
        p.Run();
      },
      ThrowsMessage<Error>(HasSubstr("step 'Bad' failed on '5': broken half-way (after 2 attempts)")));
}

}  // namespace resume_test
