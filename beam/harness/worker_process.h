// A worker as a process of its own: what a WorkerPool starts where many jobs share a machine, and none may harm
// another.
#pragma once

#include <memory>

#include "beam/harness/worker_pool.h"

namespace beam {

// Starts this program as a worker (worker_main.h). One that dies is logged, with how. Throws Error if it cannot be
// started, or the request says no address.
std::unique_ptr<Worker> StartWorkerProcess(const WorkerRequest& request);

}  // namespace beam
