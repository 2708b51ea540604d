// The program as a worker: how engines, and the containers that they start, run it.
//
//   PROGRAM [--worker] --id=ID --provision_endpoint=HOST:PORT [--control_endpoint=... --logging_endpoint=...
//           --artifact_endpoint=... --semi_persist_dir=FOLDER ...]
//
// An engine's words, and Beam's for what its containers call /opt/apache/beam/boot. What the provision service says
// goes before the flags; flags that are not known are ignored, as engines have more of them. Prism puts the id in
// quotes, which are not part of it.
//
// Where the pipeline brought along another program than this one, the worker goes on as that: another build of this
// program, or one of Beam's Go SDK, which is started by the same flags and variables (left_provisions.h). Likewise,
// Beam's Go boot program starts this one. Where the provisions name siblings, the worker starts these beside itself;
// the container ends when all of them have ended, or one has failed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace beam {

struct WorkerFlags {
  std::string id;
  std::string provision_endpoint;
  std::string control_endpoint;
  std::string logging_endpoint;
  std::string artifact_endpoint;
  std::string semi_persist_dir;  // where fetched files lie; empty: /tmp
};

// Whether these are the arguments of a worker, not of a user: `program` is called boot, or the first argument is
// --worker, or there are an id and an address.
bool IsWorkerCommand(std::string_view program, const std::vector<std::string>& arguments);

// Takes --name=value, --name value, and the same with one dash.
WorkerFlags ParseWorkerFlags(const std::vector<std::string>& arguments);

// Runs until the engine has no more work. Returns the exit code: 0, 1 if something went wrong, 2 if the arguments do
// not say enough. What is wrong is said on standard error. SIGTERM and SIGINT end the process at once, as they end
// Beam's other workers, with 143 and 130.
int RunWorker(const std::vector<std::string>& arguments);

}  // namespace beam
