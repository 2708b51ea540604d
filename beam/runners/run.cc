#include "beam/runners/run.h"

#include <chrono>
#include <string>

#include "beam/base/log.h"
#include "beam/base/memory_budget.h"
#include "beam/runners/direct/direct_runner.h"
#include "beam/runners/job/portable_runner.h"

namespace beam {
namespace {

bool HasJobService(Runner runner) {
  return runner == Runner::kPortable || runner == Runner::kPrism || runner == Runner::kFlink
      || runner == Runner::kSpark;
}

// The engine to start where none runs yet.
LocalEngineProgram EngineProgram(const PipelineOptions& options) {
  switch (options.runner) {
    case Runner::kPrism: return PrismProgram();
    case Runner::kFlink:
      if (!options.flink_job_server_jar.empty()) return FlinkProgram(options.flink_job_server_jar);
      throw UsageError(
          "--runner Flink needs --job_endpoint, HOST:PORT of the engine's job service, or --flink_job_server_jar");
    case Runner::kSpark:
      if (!options.spark_job_server_jar.empty()) return SparkProgram(options.spark_job_server_jar);
      throw UsageError(
          "--runner Spark needs --job_endpoint, HOST:PORT of the engine's job service, or --spark_job_server_jar");
    default: throw UsageError("--runner Portable needs --job_endpoint: HOST:PORT of the engine's job service");
  }
}

std::unique_ptr<PipelineResult> RunOnEngine(const Pipeline& pipeline, const PipelineOptions& options) {
  PortableRunnerOptions portable;
  portable.job.endpoint = options.job_endpoint;
  portable.job.job_name = options.job_name;
  portable.job.run_timeout = std::chrono::seconds(options.job_timeout);
  portable.environment_type = options.environment_type;
  portable.environment_config = options.environment_config;
  if (options.job_endpoint.empty()) portable.engine = EngineProgram(options);
  return RunPortable(pipeline, portable);
}

}  // namespace

std::unique_ptr<PipelineResult> Run(const Pipeline& pipeline, const PipelineOptions& options) {
  const Runner runner = options.runner;
  if (runner == Runner::kDataflow) {
    throw UsageError(
        "--runner Dataflow is not part of this build: it needs a Google Cloud project, a region, a bucket for "
        "--temp_location and a worker container, none of which this build can use; use --runner Direct");
  }
  SetLogLevel(options.log_level);
  if (const ByteSize memory = options.max_memory; memory.bytes > 0) MemoryBudget::Process().SetLimit(memory.bytes);
  if (HasJobService(runner)) return RunOnEngine(pipeline, options);
  const ByteSize shuffle_memory = options.direct_shuffle_memory;
  return RunDirect(pipeline,
                   {.num_workers = options.direct_num_workers,
                    .max_attempts = options.direct_max_attempts,
                    .shuffle_memory_bytes = shuffle_memory.bytes,
                    .temp_location = options.temp_location});
}

}  // namespace beam
