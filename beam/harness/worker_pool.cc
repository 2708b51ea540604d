#include "beam/harness/worker_pool.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.grpc.pb.h>

#include <chrono>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/portable/channel.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;

class WorkerPool::Service final : public fn::BeamFnExternalWorkerPool::Service {
 public:
  Service(const std::string& address, beam::StartWorker start_worker) : start_worker_(std::move(start_worker)) {
    LogGrpcAsDebug();
    const std::size_t colon = address.rfind(':');
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(this);
    // Two pools on one port would get half of the calls each.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port == 0) {
      throw UsageError("cannot listen for engines on " + address + ": the port is taken or not permitted, or the host is not "
                       "this machine; name another one");
    }
    endpoint_ = address.substr(0, colon) + ":" + std::to_string(port);
  }

  ~Service() override {
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }

  const std::string& endpoint() const { return endpoint_; }

 private:
  grpc::Status StartWorker(grpc::ServerContext*, const fn::StartWorkerRequest* request,
                           fn::StartWorkerResponse* response) override {
    WorkerRequest wanted{.id = request->worker_id(),
                         .control_endpoint = request->control_endpoint().url(),
                         .logging_endpoint = request->logging_endpoint().url(),
                         .artifact_endpoint = request->artifact_endpoint().url(),
                         .provision_endpoint = request->provision_endpoint().url(),
                         .params = {request->params().begin(), request->params().end()}};
    try {
      Reserve(wanted.id);
    } catch (const Error& error) {
      response->set_error(error.what());
      return grpc::Status::OK;
    }
    std::unique_ptr<Worker> worker;
    try {
      worker = start_worker_(wanted);
    } catch (const std::exception& error) {
      response->set_error(error.what());
      LogError("cannot start worker " + wanted.id + ": " + error.what());
    }
    const std::lock_guard lock(mutex_);
    if (worker == nullptr) {
      workers_.erase(wanted.id);
    } else {
      workers_[wanted.id] = std::move(worker);
    }
    return grpc::Status::OK;
  }

  grpc::Status StopWorker(grpc::ServerContext*, const fn::StopWorkerRequest* request,
                          fn::StopWorkerResponse*) override {
    // A worker that is not there has stopped, whichever way.
    std::unique_ptr<Worker> worker;
    {
      const std::lock_guard lock(mutex_);
      const auto found = workers_.find(request->worker_id());
      if (found == workers_.end() || found->second == nullptr) return grpc::Status::OK;
      worker = std::move(found->second);
      workers_.erase(found);
    }
    return grpc::Status::OK;
  }

  // Takes the id, and lets go of workers that have ended: engines that went away never stopped theirs.
  void Reserve(const std::string& id) {
    std::vector<std::unique_ptr<Worker>> ended;
    const std::lock_guard lock(mutex_);
    for (auto it = workers_.begin(); it != workers_.end();) {
      if (it->second != nullptr && it->second->Ended()) {
        ended.push_back(std::move(it->second));
        it = workers_.erase(it);
      } else {
        ++it;
      }
    }
    if (!workers_.try_emplace(id).second) throw Error("a worker called '" + id + "' runs already");
  }

  const beam::StartWorker start_worker_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Worker>> workers_;  // null: being started
  std::unique_ptr<grpc::Server> server_;
  std::string endpoint_;
};

WorkerPool::WorkerPool(const std::string& address, StartWorker start_worker)
    : service_(std::make_unique<Service>(address, std::move(start_worker))) {}

WorkerPool::~WorkerPool() = default;

const std::string& WorkerPool::endpoint() const { return service_->endpoint(); }

}  // namespace beam
