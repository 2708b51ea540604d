// An engine that reads slowly what its worker makes: the worker waits, and its memory stays bounded.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/cli/fault_worker.h"

namespace klay {
namespace {

constexpr std::uint64_t kMegabyte = 1'000'000;
// Without sanitizers it is a tenth of this; the address sanitizer keeps 256 MB that have been given back.
constexpr std::uint64_t kMost = 500 * kMegabyte;

TEST(SlowEngine, AWorkerKeepsLittleOfTheMuchThatItMakes) {
  constexpr std::uint64_t kBytes = 1500 * kMegabyte;
  FaultWorker worker({"--fault", "flood", "--bytes", std::to_string(kBytes)});
  worker.AskForBundle("small", 1);
  EXPECT_EQ(worker.engine().Answer("small").error(), "");
  const std::uint64_t before = worker.Memory();
  {
    // It makes what has room on the way, and then waits.
    const auto held_up = worker.engine().HoldUpData();
    worker.AskForBundle("large", 50);
    for (int i = 0; i < 100; ++i) {
      ASSERT_LT(worker.Memory(), before + kMost);
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
  }
  for (int i = 0; i < 50; ++i) {
    const auto held_up = worker.engine().HoldUpData();
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  EXPECT_GE(worker.OutputBytes("large", "texts"), kBytes);
  EXPECT_EQ(worker.engine().Answer("large").error(), "");
  EXPECT_LT(worker.MostMemory(), before + kMost);
}

}  // namespace
}  // namespace klay
