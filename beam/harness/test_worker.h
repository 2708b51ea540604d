// For tests: a worker in the test's own process, its engine, and some steps to run.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "beam/harness/test_engine.h"
#include "beam/harness/worker_thread.h"
#include "beam/portable/test_descriptor.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/map.h"
#include "beam/transforms/reshuffle.h"

namespace harness_test {

using namespace beam;                    // NOLINT(google-build-using-namespace)
using namespace beam::testing_portable;  // NOLINT(google-build-using-namespace)

// Elements of int64 as an engine sends them.
inline std::string Encoded(const std::vector<std::int64_t>& numbers) {
  Writer out;
  for (const std::int64_t n : numbers) EncodeWindowed(n, ElementMeta{}, WindowCoding::kGlobal, out);
  return out.Take();
}

inline std::vector<std::int64_t> Decoded(const std::string& bytes) {
  std::vector<std::int64_t> numbers;
  for (Reader in(bytes); !in.empty();) {
    DecodeWindowed<std::int64_t>(WindowCoding::kGlobal, in,
                                 [&](std::int64_t n, const ElementMeta&) { numbers.push_back(n); });
  }
  return numbers;
}

// Holds up those who come until it is opened.
class Barrier {
 public:
  void Close() { is_open_ = false; }
  void Open() { is_open_ = true; }
  void Wait() const {
    while (!is_open_) std::this_thread::yield();
  }

 private:
  std::atomic<bool> is_open_{true};
};
inline Barrier barrier;
inline std::atomic<int> waiting{0};
inline std::atomic<int> set_up{0};
inline const Counter elements_seen("harness_test", "elements");
inline const Distribution values_seen("harness_test", "values");

struct DoubleFn {
  int Setup() const { return ++set_up; }
  void ProcessElement(int&, std::int64_t n, Output<std::int64_t> out) const {
    elements_seen.Inc();
    values_seen.Update(n);
    if (n == 13) throw Error("thirteen is unlucky");
    if (n == 99) {
      ++waiting;
      barrier.Wait();
    }
    out.Emit(2 * n);
  }
};

struct AddAllFn {
  void ProcessElement(std::int64_t n, const SideIterable<std::int64_t>& all, Output<std::int64_t> out) const {
    for (const std::int64_t more : all) n += more;
    out.Emit(n);
  }
};

// The sum of the values of a key, by which -1 stands for a key that is absent.
struct LookUpFn {
  void ProcessElement(std::int64_t n, const SideMap<std::int64_t, std::int64_t>& map, Output<std::int64_t> out) const {
    std::int64_t sum = map.Contains(n) ? 0 : -1;
    for (const std::int64_t value : map.All(n)) sum += value;
    out.Emit(sum);
  }
};

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    Pipeline p;
    const auto numbers = p | Create("Numbers", {std::int64_t{1}});
    numbers | ParDo("Double", DoubleFn{}) | Map("Next", [](std::int64_t n) { return n + 1; });
    Flatten("Flatten", numbers, numbers | Reshuffle("Shuffle"));
    numbers | ParDo("Add All", AddAllFn{}, AsIterable(numbers));
    const auto pairs = numbers | Map("Pair", [](std::int64_t n) { return KV<std::int64_t, std::int64_t>{n, n}; });
    numbers | ParDo("Look Up", LookUpFn{}, AsMap(pairs));
    pipeline_ = ProtoOf(p);
    set_up = 0;
    waiting = 0;
    barrier.Open();
  }
  ~WorkerTest() override {
    barrier.Open();
    worker_.reset();
  }

  // Adds the stage of these steps, called as the first of them, and keeps the names of its ends.
  void AddStage(const std::vector<std::string>& steps) {
    std::tie(source_, sink_) = engine_.AddStageOf(pipeline_, steps);
  }

  void StartWorker() {
    WorkerRequest request;
    request.id = "worker";
    request.control_endpoint = engine_.endpoint();
    request.provision_endpoint = engine_.endpoint();
    worker_ = StartWorkerThread(request);
  }

  fn::InstructionResponse Ask(fn::InstructionRequest request, const std::string& id) {
    request.set_instruction_id(id);
    engine_.Ask(std::move(request));
    return engine_.Answer(id);
  }

  TestEngine engine_;
  proto::Pipeline pipeline_;
  std::string source_;
  std::string sink_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace harness_test
