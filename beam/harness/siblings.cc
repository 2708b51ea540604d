#include "beam/harness/siblings.h"

#include <utility>

#include "beam/base/error.h"
#include "beam/harness/worker_process.h"

namespace beam {

Siblings::Siblings(const std::vector<WorkerRequest>& siblings, const std::function<void()>& failed)
    : running_(siblings.size()) {
  for (const WorkerRequest& request : siblings) {
    ChildProcess::Setup setup = WorkerCommand(request);
    setup.ended = [this, id = request.id, failed](const ChildEnd& end) {
      Ended(id, end);
      if (!end.is_success) failed();
    };
    processes_.push_back(std::make_unique<ChildProcess>(std::move(setup)));
  }
}

void Siblings::Ended(const std::string& id, const ChildEnd& end) {
  const std::lock_guard lock(mutex_);
  --running_;
  if (!end.is_success && failure_.empty()) failure_ = "worker " + id + " of the same container has ended " + end.how;
  changed_.notify_all();
}

void Siblings::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return running_ == 0 || !failure_.empty(); });
  if (!failure_.empty()) throw Error(failure_);
}

}  // namespace beam
