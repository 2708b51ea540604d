// A worker as a process of its own: what a WorkerPool starts where many jobs share a machine, and none may harm
// another.
#pragma once

#include <memory>

#include "beam/base/child_process.h"
#include "beam/harness/worker_pool.h"

namespace beam {

// This program as that worker. Its provisions are those of the address; without one, those that are left for it
// (left_provisions.h).
ChildProcess::Setup WorkerCommand(const WorkerRequest& request);

// Starts this program as a worker (worker_main.h). One that dies is logged, with how. Throws Error if it cannot be
// started, or the request says no address.
std::unique_ptr<Worker> StartWorkerProcess(const WorkerRequest& request);

}  // namespace beam
