#include "beam/harness/worker_process.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/portable/artifact.h"

namespace beam {
namespace {

// A worker that was asked to end has nothing to finish: what its engine wanted to know it knows.
constexpr std::chrono::seconds kStopTime{5};

class WorkerProcess final : public Worker {
 public:
  explicit WorkerProcess(ChildProcess::Setup setup) : process_(std::move(setup)) {}
  ~WorkerProcess() override { process_.Stop(kStopTime); }
  bool Ended() const override { return process_.HasEnded(); }

 private:
  ChildProcess process_;
};

}  // namespace

ChildProcess::Setup WorkerCommand(const WorkerRequest& request) {
  // The program that runs, even where another build has taken its place on disk.
  ChildProcess::Setup setup{.file = "/proc/self/exe",
                            .arguments = {ExecutablePath(), "--worker", "--id=" + request.id}};
  for (const auto& [flag, value] : {std::pair("--provision_endpoint=", &request.provision_endpoint),
                                    {"--control_endpoint=", &request.control_endpoint},
                                    {"--logging_endpoint=", &request.logging_endpoint},
                                    {"--artifact_endpoint=", &request.artifact_endpoint},
                                    {"--semi_persist_dir=", &request.semi_persist_dir}}) {
    if (!value->empty()) setup.arguments.push_back(flag + *value);
  }
  return setup;
}

std::unique_ptr<Worker> StartWorkerProcess(const WorkerRequest& request) {
  if (request.provision_endpoint.empty() && request.control_endpoint.empty()) {
    throw Error("the engine gives worker " + request.id + " no address");
  }
  ChildProcess::Setup setup = WorkerCommand(request);
  setup.ended = [id = request.id](const ChildEnd& end) {
    Log(end.is_success ? Severity::kInfo : Severity::kError, "worker " + id + " has ended " + end.how);
  };
  return std::make_unique<WorkerProcess>(std::move(setup));
}

}  // namespace beam
