#include "beam/harness/thread_pool.h"

#include <chrono>
#include <utility>

namespace beam {
namespace {

// What a task may wait for others before it gets a thread of its own.
constexpr std::chrono::milliseconds kPatience{1};

}  // namespace

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    call_.notify_all();
    watch_.notify_all();
  }
  // The watcher adds threads, so it ends first.
  if (watcher_.joinable()) watcher_.join();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::Run(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  if (busy_ < cores_) return AddWorker();
  if (!watcher_.joinable()) {
    watcher_ = std::thread([this] { Watch(); });
  } else if (!is_watching_) {
    watch_.notify_one();
  }
}

bool ThreadPool::Wait(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  is_awaited_ = true;
  const bool are_done = done_.wait_for(lock, patience, [this] { return busy_ == 0; });
  is_awaited_ = false;
  return are_done;
}

void ThreadPool::AddWorker() {
  ++busy_;
  if (idle_ > 0) {
    --idle_;
    ++called_;
    call_.notify_one();
  } else {
    threads_.emplace_back([this] { Work(); });
  }
}

void ThreadPool::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!tasks_.empty()) {
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      ++begun_;
      lock.unlock();
      task();
      lock.lock();
    }
    --busy_;
    if (busy_ == 0 && is_awaited_) done_.notify_all();
    ++idle_;
    call_.wait(lock, [this] { return called_ > 0 || is_ending_; });
    if (called_ == 0) return;
    --called_;
  }
}

void ThreadPool::Watch() {
  std::unique_lock lock(mutex_);
  for (;;) {
    is_watching_ = false;
    watch_.wait(lock, [this] { return !tasks_.empty() || is_ending_; });
    is_watching_ = true;
    while (!tasks_.empty()) {
      // Of the tasks that are there now, those that nobody has begun by then are overdue.
      const std::uint64_t due = begun_ + tasks_.size();
      watch_.wait_for(lock, kPatience);
      for (std::uint64_t overdue = begun_; overdue < due; ++overdue) AddWorker();
    }
    if (is_ending_) return;
  }
}

}  // namespace beam
