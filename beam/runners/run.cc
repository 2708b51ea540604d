#include "beam/runners/run.h"

#include <string>

#include "beam/base/log.h"
#include "beam/base/memory_budget.h"
#include "beam/runners/direct/direct_runner.h"

namespace beam {
namespace {

// What it takes to run a pipeline there, as the rest of a sentence.
const char* NeedOf(Runner runner) {
  switch (runner) {
    case Runner::kDirect: return "";
    case Runner::kPortable: return "it needs the address of a job service and an SDK worker for it";
    case Runner::kPrism: return "it needs a Prism server and an SDK worker for it";
    case Runner::kFlink: return "it needs the address of a Flink cluster's job service and an SDK worker for it";
    case Runner::kSpark: return "it needs the address of a Spark cluster's job service and an SDK worker for it";
    case Runner::kDataflow:
      return "it needs a Google Cloud project, a region, a bucket for --temp_location and a worker container";
  }
  return "";
}

}  // namespace

std::unique_ptr<PipelineResult> Run(const Pipeline& pipeline, const PipelineOptions& options) {
  const Runner runner = options.runner;
  if (runner != Runner::kDirect) {
    throw UsageError("--runner " + FlagValue<Runner>::Text(runner) + " is not part of this build: " + NeedOf(runner)
                     + ", none of which this build can start; use --runner Direct");
  }
  SetLogLevel(options.log_level);
  if (const ByteSize memory = options.max_memory; memory.bytes > 0) MemoryBudget::Process().SetLimit(memory.bytes);
  const ByteSize shuffle_memory = options.direct_shuffle_memory;
  return RunDirect(pipeline,
                   {.num_workers = options.direct_num_workers,
                    .max_attempts = options.direct_max_attempts,
                    .shuffle_memory_bytes = shuffle_memory.bytes,
                    .temp_location = options.temp_location});
}

}  // namespace beam
