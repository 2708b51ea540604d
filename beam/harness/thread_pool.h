// ThreadPool: threads for tasks that come and go. Every task gets a thread, so that one which waits keeps no other from
// running; but where the cores are busy, a task waits a millisecond for a thread that has just ended another. So short
// tasks go from hand to hand without waking anybody, which costs more than they do.
//
// Thread-safe. The destructor waits for all tasks.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace beam {

class ThreadPool {
 public:
  ThreadPool() = default;
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // `task` must not throw.
  void Run(std::function<void()> task);

  // Waits until all tasks have ended, for so long at most. False if some have not.
  bool Wait(std::chrono::milliseconds patience);

 private:
  // All under the lock.
  void AddWorker();
  void Work();
  void Watch();

  const std::size_t cores_ = std::max<std::size_t>(1, std::thread::hardware_concurrency());
  std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;  // not begun; while there are some, somebody is busy
  std::uint64_t begun_ = 0;                  // tasks, so far
  std::size_t busy_ = 0;                     // threads that have a task, or look for one
  std::size_t idle_ = 0;                     // threads that wait to be called
  std::size_t called_ = 0;                   // threads that were, and are counted as busy, but have not woken up
  bool is_ending_ = false;
  std::condition_variable call_;
  std::condition_variable watch_;
  std::condition_variable done_;  // nobody is busy
  bool is_awaited_ = false;       // by Wait()
  bool is_watching_ = false;
  std::vector<std::thread> threads_;
  std::thread watcher_;  // calls a thread for each task that has waited for too long
};

}  // namespace beam
