// Siblings: more workers in one container, each a process of its own, where an engine asks for them by
// ProvisionInfo.sibling_worker_ids.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "beam/base/child_process.h"
#include "beam/harness/worker_pool.h"

namespace beam {

class Siblings {
 public:
  // Starts this program once for each of these; what the engine's provisions say, they find where it was left
  // (left_provisions.h). `failed` is called, by other threads, when one has failed: its engine starts the container
  // again, so that the others need not go on. Throws Error if one cannot be started.
  Siblings(const std::vector<WorkerRequest>& siblings, const std::function<void()>& failed);
  // Stops those that still run.
  ~Siblings() = default;
  Siblings(const Siblings&) = delete;
  Siblings& operator=(const Siblings&) = delete;

  // Waits until all have ended by themselves. Throws Error as soon as one has failed.
  void Wait();

 private:
  void Ended(const std::string& id, const ChildEnd& end);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t running_;
  std::string failure_;  // of the first that failed
  std::vector<std::unique_ptr<ChildProcess>> processes_;
};

}  // namespace beam
