// ActiveBundles: the bundles that a worker has in progress, for whoever wants to know of them or has something to say
// to them while they run.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "beam/harness/bundle_run.h"

namespace beam {

class ActiveBundles {
 public:
  // `run` is about to process the bundle that `instruction` names, of stage `stage`.
  void Add(const std::string& instruction, const std::string& stage, std::shared_ptr<BundleRun> run);
  // From here on nobody looks at its run, or speaks to it.
  void Remove(const std::string& instruction);

  // Calls `use(run)` if the bundle is in progress, and keeps it from ending, as its operators may then run another one.
  template <class Use>
  void With(const std::string& instruction, Use use) {
    const std::lock_guard lock(mutex_);
    if (const auto found = active_.find(instruction); found != active_.end()) use(*found->second.run);
  }

  // Adds the time since the last call to what each bundle is at.
  void Sample();
  // Sends what has gathered.
  void Flush();

  // A line for each bundle: its instruction and stage, how long it runs, and the step that it is at.
  std::string Describe() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Active {
    std::string stage;
    std::shared_ptr<BundleRun> run;
    Clock::time_point begin;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Active> active_;  // by instruction
  Clock::time_point last_sample_ = Clock::now();
};

}  // namespace beam
