#include "beam/runners/main.h"

#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

#include "beam/base/error.h"

namespace beam::internal {
namespace {

constexpr int kDone = 0;
constexpr int kRunFailed = 1;
constexpr int kUsage = 2;

void PrintLine(std::FILE* file, const std::string& line) { std::fprintf(file, "%s\n", line.c_str()); }

// The counters so far: what a run that was stopped leaves to say.
void PrintCounters(const PipelineResult& result) {
  const MetricResults metrics = result.metrics();
  for (const MetricResult& metric : metrics.all()) {
    if (metric.metric.kind != MetricKind::kCounter) continue;
    PrintLine(stderr, "  " + metric.step + ": " + metric.metric.name + " " + std::to_string(metric.value.sum));
  }
}

int RunToEnd(const Pipeline& pipeline, const PipelineOptions& options, const std::string& program) {
  const InterruptScope interrupts;
  const std::unique_ptr<PipelineResult> result = Run(pipeline, options);
  const auto print_stopped = [&] {
    PrintLine(stderr, program + ": stopped; done until then:");
    PrintCounters(*result);
  };
  switch (WaitForEnd(*result, {.give_up = print_stopped})) {
    case PipelineState::kDone: return kDone;
    case PipelineState::kCancelled: print_stopped(); return 128 + InterruptScope::Signal();
    default: PrintLine(stderr, program + ": the run failed: " + result->error()); return kRunFailed;
  }
}

}  // namespace

std::string ProgramName(const char* path) {
  const std::string_view whole(path);
  const std::size_t slash = whole.rfind('/');
  return std::string(slash == std::string_view::npos ? whole : whole.substr(slash + 1));
}

int RunMain(int argc, char** argv, FlagSet& flags, const PipelineOptions& options,
            const std::function<void(Pipeline&)>& build) {
  const std::string program = ProgramName(argc > 0 ? argv[0] : "");
  try {
    if (!flags.Parse(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc))) {
      std::fputs(flags.Help().c_str(), stdout);
      return kDone;
    }
    Pipeline pipeline;
    build(pipeline);
    return RunToEnd(pipeline, options, program);
  } catch (const UsageError& error) {
    PrintLine(stderr, program + ": " + error.what());
    return kUsage;
  } catch (const std::exception& error) {
    PrintLine(stderr, program + ": " + error.what());
    return kRunFailed;
  }
}

}  // namespace beam::internal
