#include "beam/harness/worker_thread.h"

#include <atomic>
#include <exception>
#include <string>
#include <thread>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/harness/provision.h"

namespace beam {
namespace {

class WorkerThread final : public Worker {
 public:
  explicit WorkerThread(const HarnessOptions& options) : harness_(options) {
    thread_ = std::thread([this, id = options.id] {
      try {
        harness_.Run();
      } catch (const std::exception& error) {
        LogError("worker " + id + " has ended: " + error.what());
      }
      has_ended_ = true;
    });
  }
  ~WorkerThread() override {
    harness_.Stop();
    thread_.join();
  }
  bool Ended() const override { return has_ended_; }

 private:
  Harness harness_;
  std::atomic<bool> has_ended_{false};
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Worker> StartWorkerThread(const WorkerRequest& request) {
  if (request.control_endpoint.empty()) throw Error("the engine gives worker " + request.id + " no control address");
  HarnessOptions options{.id = request.id, .control = request.control_endpoint};
  TakeProvisions(AskForProvisions(request.id, request.provision_endpoint), options);
  return StartHarnessThread(options);
}

std::unique_ptr<Worker> StartHarnessThread(const HarnessOptions& options) {
  return std::make_unique<WorkerThread>(options);
}

}  // namespace beam
