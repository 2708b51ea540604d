#include "beam/harness/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
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

}  // namespace thread_pool_test
