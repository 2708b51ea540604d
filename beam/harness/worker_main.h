// The program as a worker: how engines, and the containers that they start, run it.
//
//   PROGRAM --id=ID --provision_endpoint=HOST:PORT [--control_endpoint=... --logging_endpoint=... ...]
//
// An engine's words, and Beam's for what its containers call /opt/apache/beam/boot. What the provision service says
// goes before the flags; flags that are not known are ignored, as engines have more of them. Prism puts the id in
// quotes, which are not part of it.
#pragma once

#include <string>
#include <vector>

namespace beam {

struct WorkerFlags {
  std::string id;
  std::string provision_endpoint;
  std::string control_endpoint;
  std::string logging_endpoint;
};

// Whether these are the arguments of a worker, not of a user.
bool IsWorkerCommand(const std::vector<std::string>& arguments);
WorkerFlags ParseWorkerFlags(const std::vector<std::string>& arguments);

// Runs until the engine has no more work. Returns the exit code; what is wrong is said on standard error.
int RunWorker(const std::vector<std::string>& arguments);

}  // namespace beam
