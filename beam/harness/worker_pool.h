// WorkerPool: the service by which an engine starts and stops workers in a process that is not its own
// (BeamFnExternalWorkerPool). In the program that submits a pipeline this is LOOPBACK; in a process of its own,
// EXTERNAL.
//
// An engine may start and stop many workers in one job, each with an id and addresses of its own, and several at once.
// One that takes its time to start or to end holds up nobody else.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace beam {

// What an engine says of the worker that it wants. Addresses are HOST:PORT; those that it leaves out are empty.
struct WorkerRequest {
  std::string id;
  std::string control_endpoint;
  std::string logging_endpoint;
  std::string artifact_endpoint;
  std::string provision_endpoint;
  std::map<std::string, std::string> params;  // of the environment's payload
  std::string semi_persist_dir = {};          // where fetched files lie, if it is said; no engine says it
};

// A worker that runs. The destructor stops it and waits for its end.
class Worker {
 public:
  virtual ~Worker() = default;
  // Whether it has ended by itself, as when its engine went away. Thread-safe.
  virtual bool Ended() const = 0;
};

// Starts a worker and returns while it runs. Called by several threads. What it throws is told to the engine.
using StartWorker = std::function<std::unique_ptr<Worker>(const WorkerRequest&)>;

// Serves from construction to destruction, which stops the workers that still run.
class WorkerPool {
 public:
  // Listens on `address`, HOST:PORT; port 0 lets the system choose. Throws UsageError if it cannot.
  WorkerPool(const std::string& address, StartWorker start_worker);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // The address as an engine on this machine is to be told it.
  const std::string& endpoint() const;

 private:
  class Service;

  std::unique_ptr<Service> service_;
};

}  // namespace beam
