// For tests: a DoFn that tells of its life.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "beam/transforms/par_do.h"

namespace beam::testing_life {

// What the DoFns of a test did, in order. Thread-safe.
class Journal {
 public:
  void Add(int instance, const std::string& event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
    lives_[instance] += event.substr(event.find(' ') + 1, 1);
  }

  // Each event, as "NAME setup", "NAME start", "NAME ELEMENT", "NAME finish" or "NAME teardown". Forgets all.
  std::vector<std::string> TakeEvents() {
    const std::lock_guard lock(mutex_);
    lives_.clear();
    return std::exchange(events_, {});
  }
  // Of each instance, the first characters of what its events are: "ss1ft" has been set up, has had a bundle with the
  // element 1, and is torn down. Forgets all.
  std::vector<std::string> TakeLives() {
    const std::lock_guard lock(mutex_);
    events_.clear();
    std::vector<std::string> lives;
    for (auto& [instance, life] : lives_) lives.push_back(std::move(life));
    lives_.clear();
    return lives;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> events_;
  std::map<int, std::string> lives_;
};
inline Journal journal;

// Live state that tells of its end.
class Life {
 public:
  explicit Life(std::string name) : name_(std::move(name)) { Tell("setup"); }
  ~Life() { Tell("teardown"); }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  void Tell(const std::string& event) const { journal.Add(instance_, name_ + " " + event); }

  int elements = 0;

 private:
  static inline std::atomic<int> instances = 0;

  const std::string name_;
  const int instance_ = ++instances;
};

// Passes on what comes, and at the end of each bundle less than nothing: minus the number of its elements.
struct LifeFn {
  std::string name;

  std::unique_ptr<Life> Setup() const { return std::make_unique<Life>(name); }
  void StartBundle(std::unique_ptr<Life>& life) const {
    life->Tell("start");
    life->elements = 0;
  }
  void ProcessElement(std::unique_ptr<Life>& life, int n, Output<int> out) const {
    life->Tell(std::to_string(n));
    ++life->elements;
    out.Emit(n);
  }
  void FinishBundle(std::unique_ptr<Life>& life, Output<int> out) const {
    life->Tell("finish");
    out.Emit(-life->elements);
  }
};

}  // namespace beam::testing_life
