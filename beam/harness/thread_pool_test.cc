#include "beam/harness/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>

namespace thread_pool_test {

using beam::ThreadPool;

TEST(ThreadPoolTest, RunsAllTasksBeforeItEnds) {
  std::atomic<int> done{0};
  {
    ThreadPool pool;
    for (int i = 0; i < 10'000; ++i) pool.Run([&] { ++done; });
  }
  EXPECT_EQ(done, 10'000);
}

TEST(ThreadPoolTest, TasksMayWaitForEachOther) {
  constexpr int kTasks = 40;  // more than there are cores
  ThreadPool pool;
  for (int round = 0; round < 3; ++round) {
    std::latch all_run(kTasks);
    std::latch all_left(kTasks);
    for (int i = 0; i < kTasks; ++i) {
      pool.Run([&] {
        all_run.arrive_and_wait();
        all_left.count_down();
      });
    }
    all_left.wait();
  }
}

TEST(ThreadPoolTest, IsWaitedForAsLongAsOneLikes) {
  ThreadPool pool;
  EXPECT_TRUE(pool.Wait(std::chrono::hours(1)));
  for (int round = 0; round < 3; ++round) {
    std::latch may_end(1);
    std::atomic<int> done{0};
    for (int i = 0; i < 10; ++i) {
      pool.Run([&] {
        may_end.wait();
        ++done;
      });
    }
    EXPECT_FALSE(pool.Wait(std::chrono::milliseconds(1)));
    EXPECT_EQ(done, 0);
    may_end.count_down();
    EXPECT_TRUE(pool.Wait(std::chrono::hours(1)));
    EXPECT_EQ(done, 10);
  }
}

}  // namespace thread_pool_test
