// Workers whose steps do not return, when their engine wants no more of them: nobody can end a thread, so they are left
// behind. What is tested for does not depend on how long that takes.
#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "beam/base/exit_code.h"
#include "beam/harness/test_worker.h"

namespace patience_test {

using namespace harness_test;  // NOLINT(google-build-using-namespace)
using testing::ExitedWithCode;

// A setup that does not return, until the barrier opens.
struct HeavyFn {
  int Setup() const {
    ++waiting;
    barrier.Wait();
    return 0;
  }
  void ProcessElement(int&, std::int64_t n, Output<std::int64_t> out) const { out.Emit(n); }
};

struct PromiseFn {
  void ProcessElement(std::int64_t n, BundleFinalizer& finalizer, Output<std::int64_t> out) const {
    finalizer.AfterBundleCommit([] {
      ++waiting;
      barrier.Wait();
    });
    out.Emit(n);
  }
};

class PatienceTest : public WorkerTest {
 protected:
  PatienceTest() {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    Pipeline p;
    const auto numbers = p | Create("Numbers", {std::int64_t{1}});
    numbers | ParDo("Double", DoubleFn{});
    numbers | ParDo("Heavy", HeavyFn{});
    numbers | ParDo("Promise", PromiseFn{});
    pipeline_ = ProtoOf(p);
    barrier.Close();
  }

  HarnessOptions Options() const {
    return {.id = "worker", .control = engine_.endpoint(), .step_patience = std::chrono::milliseconds(1)};
  }

  // Has the worker come to where it does not go on.
  void Ask(const std::string& bundle, const std::string& stage, std::int64_t element) {
    AddStage({stage});
    engine_.AskForBundle(bundle, stage);
    if (stage != "Heavy") engine_.SendElements(bundle, source_, Encoded({element}), true);
    if (stage == "Promise") {
      EXPECT_TRUE(engine_.Answer(bundle).process_bundle().requires_finalization());
      fn::InstructionRequest request;
      request.set_instruction_id("finalize");
      request.mutable_finalize_bundle()->set_instruction_id(bundle);
      engine_.Ask(request);
    }
    while (waiting == 0) std::this_thread::yield();
  }

  // A program that is a worker whose engine is killed then. It exits as programs do that have no such threads.
  [[noreturn]] void ExitWithAnEngineThatIsKilled(const std::string& stage) {
    std::thread engine([&] {
      Ask("the bundle", stage, 99);
      engine_.Kill();
    });
    const int code = ExitCodeOf("the worker", [&] {
      Harness(Options()).Run();
      return kExitDone;
    });
    engine.join();
    std::exit(code);
  }
};

TEST_F(PatienceTest, AWorkerEndsAndNamesTheStep) {
  EXPECT_EXIT(
      ExitWithAnEngineThatIsKilled("Double"), ExitedWithCode(kExitRunFailed),
      "^the worker: the engine's control stream at .* has ended, and what still runs is left: bundle the bundle "
      "of stage Double: .* in ProcessElement of step 'Double', 1 elements of [^\n]*\n$");
}

TEST_F(PatienceTest, AWorkerEndsAndNamesTheBundleThatIsSetUp) {
  EXPECT_EXIT(ExitWithAnEngineThatIsKilled("Heavy"), ExitedWithCode(kExitRunFailed),
              "what still runs is left: bundle the bundle, whose steps are set up\n$");
}

TEST_F(PatienceTest, AWorkerEndsThoughACallbackDoesNot) {
  EXPECT_EXIT(ExitWithAnEngineThatIsKilled("Promise"), ExitedWithCode(kExitRunFailed),
              "what still runs is left: what a bundle left to be done after its commit\n$");
}

// In the program that launches, the next worker may come while a step of the last one still runs, and ends then.
TEST_F(PatienceTest, AWorkerThatIsAThreadLeavesTheStep) {
  worker_ = StartHarnessThread(Options());
  Ask("stuck", "Double", 99);
  worker_.reset();
  engine_.WaitForEnd(TestEngine::Stream::kControl);
  engine_.WaitForEnd(TestEngine::Stream::kData);

  worker_ = StartHarnessThread(Options());
  for (const char* const bundle : {"next", "one more"}) {
    engine_.AskForBundle(bundle, "Double");
    engine_.SendElements(bundle, source_, Encoded({4}), true);
    EXPECT_THAT(Decoded(engine_.Elements(bundle, sink_)), testing::ElementsAre(8));
    EXPECT_EQ(engine_.Answer(bundle).error(), "");
    barrier.Open();
  }
}

}  // namespace patience_test
