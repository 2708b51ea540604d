#include "beam/runners/run.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "beam/base/log.h"
#include "beam/base/memory_budget.h"
#include "beam/base/staged_files.h"
#include "beam/harness/worker_options.h"
#include "beam/runners/direct/direct_runner.h"
#include "beam/runners/flag_list.h"
#include "beam/runners/fn_api/fn_api_runner.h"
#include "beam/runners/job/dump_pipeline.h"
#include "beam/runners/job/portable_runner.h"
#include "beam/runners/job/staged_artifacts.h"
#include "beam/runners/run_on_dataflow.h"
#include "beam/runners/storage_options.h"

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
    case Runner::kFlink: return FlinkProgram(options.flink_job_server_jar);
    case Runner::kSpark: return SparkProgram(options.spark_job_server_jar);
    default: throw UsageError("--runner Portable needs --job_endpoint: HOST:PORT of the engine's job service");
  }
}

// What the engine is told besides the pipeline. Beam's names: an engine, or a worker, that knows them may heed them.
JobOptionValues JobOptionsOf(const PipelineOptions& options) {
  JobOptionValues result;
  result["default_sdk_harness_log_level"] =
      std::string(LogLevelName(options.default_sdk_harness_log_level.value().value_or(options.log_level)));
  if (options.max_cache_memory_usage_mb > 0) {
    result["max_cache_memory_usage_mb"] = std::int64_t{options.max_cache_memory_usage_mb};
  }
  if (const ByteSize memory = options.max_memory; memory.bytes > 0) {
    result["max_memory"] = static_cast<std::int64_t>(memory.bytes);
  }
  const StorageOptions storage = StorageInUse();
  const std::pair<const char*, std::string> texts[] = {
      {"s3_endpoint_url", storage.s3_endpoint_url},
      {"s3_region_name", storage.s3_region_name},
      {"azure_managed_identity_client_id", storage.azure_managed_identity_client_id}};
  for (const auto& [name, text] : texts) {
    if (!text.empty()) result[name] = text;
  }
  if (storage.no_auth) result["no_auth"] = true;
  if (!storage.hdfs_host.empty()) {
    result["hdfs_host"] = storage.hdfs_host;
    result["hdfs_port"] = std::int64_t{storage.hdfs_port};
    result["hdfs_user"] = storage.hdfs_user;
    result["hdfs_full_urls"] = bool{storage.hdfs_full_urls};
  }
  for (const std::string& option : options.engine_option) {
    const std::size_t equals = option.find('=');
    const std::string name = option.substr(0, equals);
    if (equals == std::string::npos || name.empty()
        || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos) {
      throw UsageError("--engine_option must be NAME=VALUE, such as number_of_execution_retries=3, not '" + option
                       + "'");
    }
    result[name] = option.substr(equals + 1);
  }
  return result;
}

std::unique_ptr<PipelineResult> RunOnEngine(const Pipeline& pipeline, const PipelineOptions& options) {
  PortableRunnerOptions portable;
  portable.job.endpoint = options.job_endpoint;
  portable.job.job_name = options.job_name;
  portable.job.run_timeout = std::chrono::seconds(options.job_timeout);
  portable.job.pipeline_options = JobOptionsOf(options);
  portable.files_to_stage = ListItems(options.files_to_stage);
  portable.sdk_location = options.SdkLocation();
  portable.environment_type = options.EnvironmentType();
  portable.environment_config = options.EnvironmentConfig();
  portable.hints = options.ResourceHintsOfPipeline();
  portable.dump_pipeline = options.dump_pipeline;
  if (options.job_endpoint.empty()) portable.engine = EngineProgram(options);
  return RunPortable(pipeline, portable);
}

}  // namespace

std::unique_ptr<PipelineResult> Run(const Pipeline& pipeline, const PipelineOptions& options,
                                    const DataflowFlags& dataflow) {
  const Runner runner = options.runner;
  SetLogLevel(options.log_level);
  if (const ByteSize memory = options.max_memory; memory.bytes > 0) MemoryBudget::Process().SetLimit(memory.bytes);
  SetStagedFiles(FilesByName(ListItems(options.files_to_stage)));
  if (runner == Runner::kDataflow) return RunOnDataflow(pipeline, options, dataflow, JobOptionsOf(options));
  if (HasJobService(runner)) return RunOnEngine(pipeline, options);
  if (!options.dump_pipeline.empty()) {
    DumpPipeline(*pipeline.shared_graph(), options.ResourceHintsOfPipeline(), options.dump_pipeline);
  }
  const ByteSize shuffle_memory = options.direct_shuffle_memory;
  const DirectRunnerOptions direct{.num_workers = options.direct_num_workers,
                                   .max_attempts = options.direct_max_attempts,
                                   .shuffle_memory_bytes = shuffle_memory.bytes,
                                   .temp_location = options.LocalTempLocation()};
  const bool is_local = options.direct_running_mode == DirectRunningMode::kInMemory;
  return is_local ? RunDirect(pipeline, direct) : RunThroughFnApi(pipeline, direct);
}

}  // namespace beam
