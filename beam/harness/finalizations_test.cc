// What a bundle leaves to be done once its outputs are safe.
#include "beam/harness/finalizations.h"

#include <gmock/gmock.h>

#include <utility>

#include "beam/base/log.h"
#include "beam/harness/test_worker.h"

namespace harness_test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What callbacks did.
class Calls {
 public:
  void Add(std::int64_t n) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(n);
  }
  std::vector<std::int64_t> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(calls_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::int64_t> calls_;
};
Calls calls;

// Leaves to be done: for an even number, to tell of it; for 13, to fail; for 7, what has expired; for 1, nothing. 99
// fails at once.
struct LeaveFn {
  void ProcessElement(std::int64_t n, BundleFinalizer& finalizer, Output<std::int64_t> out) const {
    if (n % 2 == 0) finalizer.AfterBundleCommit([n] { calls.Add(n); });
    if (n == 13) finalizer.AfterBundleCommit([] { throw Error("thirteen is unlucky"); });
    if (n == 7) finalizer.AfterBundleCommit([n] { calls.Add(n); }, std::chrono::seconds(0));
    if (n == 99) throw Error("ninety-nine is too much");
    out.Emit(n);
  }
  void FinishBundle(BundleFinalizer& finalizer) const {
    if (tells_of_the_end) finalizer.AfterBundleCommit([] { calls.Add(-1); });
  }

  bool tells_of_the_end;
};

class FinalizationsTest : public WorkerTest {
 protected:
  FinalizationsTest() {
    Pipeline p;
    const auto numbers = p | Create("Numbers", {std::int64_t{1}});
    numbers | ParDo("Leave", LeaveFn{false});
    numbers | ParDo("Leave and End", LeaveFn{true});
    pipeline_ = ProtoOf(p);
    calls.Take();
  }

  fn::InstructionResponse Process(const std::string& id, const std::string& stage,
                                  const std::vector<std::int64_t>& numbers) {
    engine_.AskForBundle(id, stage);
    engine_.SendElements(id, source_, Encoded(numbers), true);
    return engine_.Answer(id);
  }

  fn::InstructionResponse Finalize(const std::string& bundle, const std::string& id) {
    fn::InstructionRequest request;
    request.mutable_finalize_bundle()->set_instruction_id(bundle);
    return Ask(request, id);
  }
};

TEST_F(FinalizationsTest, HappenOnceAndWhenTheEngineSays) {
  AddStage({"Leave"});
  StartWorker();
  EXPECT_TRUE(Process("a", "Leave", {2, 4}).process_bundle().requires_finalization());
  EXPECT_TRUE(Process("b", "Leave", {6}).process_bundle().requires_finalization());
  EXPECT_THAT(calls.Take(), IsEmpty());
  EXPECT_TRUE(Finalize("b", "1").has_finalize_bundle());
  EXPECT_THAT(calls.Take(), ElementsAre(6));
  EXPECT_TRUE(Finalize("a", "2").has_finalize_bundle());
  EXPECT_THAT(calls.Take(), ElementsAre(2, 4));
  EXPECT_TRUE(Finalize("a", "3").has_finalize_bundle());
  EXPECT_TRUE(Finalize("no such bundle", "4").has_finalize_bundle());
  EXPECT_THAT(calls.Take(), IsEmpty());
}

TEST_F(FinalizationsTest, AreAskedForWhereThereAreAny) {
  AddStage({"Leave"});
  StartWorker();
  EXPECT_FALSE(Process("nothing", "Leave", {1}).process_bundle().requires_finalization());
  EXPECT_TRUE(Process("something", "Leave", {1, 2}).process_bundle().requires_finalization());
}

TEST_F(FinalizationsTest, AreOfTheEndOfABundleToo) {
  AddStage({"Leave and End"});
  StartWorker();
  Process("a", "Leave and End", {1, 2});
  Finalize("a", "1");
  EXPECT_THAT(calls.Take(), ElementsAre(2, -1));
}

// Nor the job: its outputs are safe.
TEST_F(FinalizationsTest, ThatFailHoldUpNoOthers) {
  AddStage({"Leave"});
  StartWorker();
  Process("a", "Leave", {2, 13, 4});
  std::vector<std::string> warnings;
  const LogSink former = SetLogSink([&](const LogEntry& entry) { warnings.emplace_back(entry.message); });
  EXPECT_TRUE(Finalize("a", "1").has_finalize_bundle());
  SetLogSink(former);
  EXPECT_THAT(warnings, ElementsAre("a callback after the commit of a bundle failed: thirteen is unlucky"));
  EXPECT_THAT(calls.Take(), ElementsAre(2, 4));
}

TEST_F(FinalizationsTest, OfABundleThatFailedDoNotHappen) {
  AddStage({"Leave"});
  StartWorker();
  EXPECT_THAT(Process("a", "Leave", {2, 99}).error(), HasSubstr("ninety-nine"));
  EXPECT_TRUE(Finalize("a", "1").has_finalize_bundle());
  EXPECT_FALSE(Process("b", "Leave", {1}).process_bundle().requires_finalization());
  EXPECT_THAT(calls.Take(), IsEmpty());
}

TEST_F(FinalizationsTest, Expire) {
  AddStage({"Leave"});
  StartWorker();
  Process("a", "Leave", {2, 7, 4});
  EXPECT_TRUE(Finalize("a", "1").has_finalize_bundle());
  EXPECT_THAT(calls.Take(), ElementsAre(2, 4));
}

}  // namespace harness_test
