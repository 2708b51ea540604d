// A program in the service of an engine: as a worker, or as a pool of workers.
//
//   PROGRAM --worker --id=ID ...                        a worker (worker_main.h); engines leave --worker out
//   PROGRAM --worker_pool [--port PORT] [--host HOST]   starts one, a process of its own, whenever an engine asks
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace beam {

// Runs the program as that, if its name and its arguments say so, and returns its exit code; else returns nothing.
std::optional<int> RunForEngine(const std::string& program, const std::vector<std::string>& arguments);

// Serves engines until SIGINT or SIGTERM, which end all workers, too. Prints its address. Takes --port and --host;
// returns 0, or 2 if it cannot listen there. `program` is what help and errors call it.
int RunWorkerPool(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace beam
