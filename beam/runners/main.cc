#include "beam/runners/main.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/base/exit_code.h"
#include "beam/runners/run_for_engine.h"
#include "beam/runners/runner_flags.h"

namespace beam::internal {
namespace {

void PrintLine(std::FILE* file, const std::string& line) { std::fprintf(file, "%s\n", line.c_str()); }

// The counters so far: what a run that was stopped leaves to say.
void PrintCounters(const PipelineResult& result) {
  const MetricResults metrics = result.metrics();
  for (const MetricResult& metric : metrics.all()) {
    if (metric.metric.kind != MetricKind::kCounter) continue;
    PrintLine(stderr, "  " + metric.step + ": " + metric.metric.name + " " + std::to_string(metric.value.sum));
  }
}

int RunToEnd(const Pipeline& pipeline, const PipelineOptions& options, const DataflowFlags& dataflow,
             const std::string& program) {
  const std::unique_ptr<PipelineResult> result = Run(pipeline, options, dataflow);
  const auto print_stopped = [&] {
    PrintLine(stderr, program + ": stopped; done until then:");
    PrintCounters(*result);
  };
  switch (WaitForEnd(*result, {.give_up = print_stopped})) {
    case PipelineState::kDone:
    case PipelineState::kDetached: return kExitDone;
    case PipelineState::kCancelled:
      print_stopped();
      if (InterruptScope::Signal() != 0) return 128 + InterruptScope::Signal();
      PrintLine(stderr, program + ": the run was cancelled elsewhere");
      return kExitRunFailed;
    default:
      PrintLine(stderr, program + ": the run failed: " + result->error());
      // What other threads are in the middle of is of no use any more.
      RequestCancel();
      return kExitRunFailed;
  }
}

}  // namespace

std::string ProgramName(const char* path) {
  const std::string_view whole(path);
  const std::size_t slash = whole.rfind('/');
  return std::string(slash == std::string_view::npos ? whole : whole.substr(slash + 1));
}

void OpenStandardStreams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // The lowest free number is what open() gives.
    if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) static_cast<void>(open("/dev/null", O_RDWR));
  }
}

void FlushOutput() {
  if (std::fflush(stdout) == 0 || errno == EPIPE) return;
  throw Error(std::string("cannot write to standard output: ") + std::strerror(errno));
}

int RunMain(int argc, char** argv, FlagSet& flags, const PipelineOptions& options, DataflowFlags& dataflow,
            const std::function<void(Pipeline&)>& build) {
  const std::string program = ProgramName(argc > 0 ? argv[0] : "");
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  OpenStandardStreams();
  if (const std::optional<int> code = RunForEngine(program, arguments)) return *code;
  const InterruptScope interrupts;
  return ExitCodeOf(program, [&] {
    int code = kExitDone;
    if (flags.Parse(arguments)) {
      CheckHeeded(flags, options);
      Pipeline pipeline;
      build(pipeline);
      dataflow.program = program;
      dataflow.program_options = OptionsGiven(flags);
      code = RunToEnd(pipeline, options, dataflow, program);
    } else {
      std::fputs(flags.Help().c_str(), stdout);
    }
    FlushOutput();
    return code;
  });
}

}  // namespace beam::internal
