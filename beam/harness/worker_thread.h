// A worker as a thread of this process: what a WorkerPool starts. Of one that is stopped, a step that does not return
// is left behind (harness.h); others run on beside it.
#pragma once

#include <memory>

#include "beam/harness/harness.h"
#include "beam/harness/worker_pool.h"

namespace beam {

// Connects to the engine's control service and runs what it asks for. What ends it otherwise than by the engine's wish
// is logged. Throws Error where the request says no address, or the engine does not say what it can.
std::unique_ptr<Worker> StartWorkerThread(const WorkerRequest& request);
// The same for an engine in this process, which says all that by the options.
std::unique_ptr<Worker> StartHarnessThread(const HarnessOptions& options);

}  // namespace beam
