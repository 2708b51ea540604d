#include "beam/runners/run_for_engine.h"

#include <chrono>
#include <cstdio>
#include <thread>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/base/exit_code.h"
#include "beam/harness/staged_program.h"
#include "beam/harness/worker_main.h"
#include "beam/harness/worker_pool.h"
#include "beam/harness/worker_process.h"
#include "beam/runners/interrupt.h"
#include "beam/runners/main.h"
#include "beam/runners/options_set.h"

namespace beam {
namespace {

constexpr const char* kWorkerPool = "--worker_pool";
// A signal handler can wake nobody, so its flag is looked at.
constexpr std::chrono::milliseconds kPollTime{20};

struct WorkerPoolOptions {
  Flag<int, "where to listen; 0: the system chooses, and the address is printed"> port = 50000;
  Flag<std::string,
       "for whom to listen: localhost, or an address of this machine; 0.0.0.0 lets in everybody who can reach it">
      host = std::string("localhost");

  void Validate() const {
    if (port < 0 || port > 65535) throw UsageError("--port must be from 0 to 65535, not " + std::to_string(port));
  }
};

}  // namespace

std::optional<int> RunForEngine(const std::string& program, const std::vector<std::string>& arguments) {
  if (!arguments.empty()
      && (arguments.front() == kWorkerPool || arguments.front() == std::string(kWorkerPool) + "=true")) {
    return RunWorkerPool(program + " " + kWorkerPool, {arguments.begin() + 1, arguments.end()});
  }
  if (IsWorkerCommand(program, arguments)) return RunWorker(arguments);
  return std::nullopt;
}

int RunWorkerPool(const std::string& program, const std::vector<std::string>& arguments) {
  const InterruptScope interrupts;
  WorkerPoolOptions options;
  FlagSet flags(program, "Starts workers of this program whenever an engine asks for one.");
  flags.Add("Options", options);
  return ExitCodeOf(program, [&] {
    if (!flags.Parse(arguments)) {
      std::fputs(flags.Help().c_str(), stdout);
      internal::FlushOutput();
      return kExitDone;
    }
    {
      const WorkerPool pool(options.host + ":" + std::to_string(options.port), &StartWorkerProcess);
      std::printf("worker pool: listening at %s\n", pool.endpoint().c_str());
      internal::FlushOutput();
      while (!CancelRequested()) std::this_thread::sleep_for(kPollTime);
    }
    RemoveUnusedFiles();
    return kExitDone;
  });
}

}  // namespace beam
