#include "beam/base/memory_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "beam/base/cancel.h"
#include "beam/base/error.h"

namespace beam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(MemoryBudget, CountsWhatIsReserved) {
  MemoryBudget budget(100);
  {
    const MemoryBudget::Reservation a = budget.Reserve(60, "a");
    const MemoryBudget::Reservation b = budget.Reserve(40, "b");
    EXPECT_EQ(a.bytes(), 60u);
    EXPECT_EQ(budget.used(), 100u);
    EXPECT_EQ(budget.limit(), 100u);
  }
  EXPECT_EQ(budget.used(), 0u);
  EXPECT_EQ(budget.Reserve(0, "nothing").bytes(), 0u);
}

TEST(MemoryBudget, ReservationsMove) {
  MemoryBudget budget(100);
  MemoryBudget::Reservation a = budget.Reserve(10, "a");
  MemoryBudget::Reservation b = std::move(a);
  EXPECT_EQ(b.bytes(), 10u);
  EXPECT_EQ(budget.used(), 10u);
  b = MemoryBudget::Reservation();
  EXPECT_EQ(budget.used(), 0u);
}

TEST(MemoryBudget, RefusesByNameWhatCanNeverFit) {
  MemoryBudget budget(100);
  try {
    budget.Reserve(101, "ten hours of audio");
    FAIL() << "more than the budget was granted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("ten hours of audio"));
    EXPECT_THAT(error.what(), HasSubstr("--max_memory"));
  }
  EXPECT_EQ(budget.Reserve(100, "all of it").bytes(), 100u);
}

TEST(MemoryBudget, MakesLateComersWaitForRoom) {
  MemoryBudget budget(100);
  std::optional<MemoryBudget::Reservation> first = budget.Reserve(80, "first");
  std::atomic<bool> granted{false};
  std::thread waiter([&] {
    const MemoryBudget::Reservation second = budget.Reserve(30, "second");
    granted = true;
    EXPECT_LE(budget.used(), 100u);
  });
  EXPECT_FALSE(granted);
  first.reset();
  waiter.join();
  EXPECT_TRUE(granted);
  EXPECT_EQ(budget.used(), 0u);
}

TEST(MemoryBudget, NeverGrantsMoreThanTheLimit) {
  MemoryBudget budget(1000);
  std::atomic<std::uint64_t> held{0};
  std::atomic<bool> exceeded{false};
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    threads.emplace_back([&, seed]() mutable {
      for (int i = 0; i < 2000; ++i) {
        seed = seed * 1664525 + 1013904223;
        const std::uint64_t bytes = seed % 600;
        const MemoryBudget::Reservation reservation = budget.Reserve(bytes, "part");
        if ((held += bytes) > 1000) exceeded = true;
        held -= bytes;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(budget.used(), 0u);
}

// A thread that reserves, and can be seen to wait.
class Asker {
 public:
  Asker(MemoryBudget& budget, std::string name, std::uint64_t bytes, std::function<void()> granted)
      : thread_([this, &budget, name = std::move(name), bytes, granted = std::move(granted)] {
          id_ = ::gettid();
          const MemoryBudget::Reservation reservation = budget.Reserve(bytes, name);
          granted();
        }) {}
  ~Asker() { thread_.join(); }

  // Returns once the thread sleeps, which it does only in the queue for memory.
  void WaitUntilItWaits() const {
    for (std::string state; state != "S";) {
      std::this_thread::yield();
      std::ifstream stat("/proc/self/task/" + std::to_string(id_.load()) + "/stat");
      std::string word;
      stat >> word >> word >> state;
    }
  }

 private:
  std::atomic<int> id_{0};
  std::thread thread_;
};

// A large one in front is not overtaken by small ones that would fit.
TEST(MemoryBudget, GrantsInOrderOfAsking) {
  MemoryBudget budget(100);
  std::optional<MemoryBudget::Reservation> first = budget.Reserve(50, "first");
  std::vector<std::string> order;
  std::mutex mutex;
  const auto note = [&](const char* name) {
    return [&, name] {
      const std::lock_guard lock(mutex);
      order.push_back(name);
    };
  };
  {
    const Asker large(budget, "large", 100, note("large"));
    large.WaitUntilItWaits();
    const Asker small(budget, "small", 10, note("small"));
    small.WaitUntilItWaits();
    {
      const std::lock_guard lock(mutex);
      EXPECT_TRUE(order.empty());
    }
    first.reset();
  }
  EXPECT_THAT(order, ElementsAre("large", "small"));
}

TEST(MemoryBudget, LooksAgainWhenTheLimitChanges) {
  MemoryBudget budget(100);
  const MemoryBudget::Reservation first = budget.Reserve(100, "first");
  std::thread waiter([&] { EXPECT_EQ(budget.Reserve(50, "second").bytes(), 50u); });
  budget.SetLimit(150);
  waiter.join();
  budget.SetLimit(10);
  EXPECT_EQ(budget.used(), 100u);
  EXPECT_THROW(budget.Reserve(11, "third"), Error);
}

TEST(MemoryBudget, StopsWaitingWhenTheRunIsCancelled) {
  MemoryBudget budget(100);
  const MemoryBudget::Reservation first = budget.Reserve(100, "first");
  std::thread waiter([&] { EXPECT_THROW(budget.Reserve(50, "second"), Cancelled); });
  RequestCancel();
  waiter.join();
  ResetCancel();
  EXPECT_EQ(budget.used(), 100u);
}

TEST(MemoryBudget, OfTheProcessIsAShareOfTheMachine) {
  EXPECT_GT(MachineMemoryBytes(), std::uint64_t{1} << 26);
  EXPECT_EQ(MemoryBudget::Process().limit(), MachineMemoryBytes() / 2);
  EXPECT_EQ(&MemoryBudget::Process(), &MemoryBudget::Process());
}

}  // namespace
}  // namespace beam
