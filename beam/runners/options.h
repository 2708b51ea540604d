// PipelineOptions: what every pipeline takes from its command line, in the names of Beam's other SDKs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "beam/model/resource_hints.h"
#include "beam/runners/options_flag.h"
#include "beam/runners/options_value.h"

namespace beam {

// The runners that Beam has. kPortable, kPrism, kFlink and kSpark are engines with a job service. Which flags each of
// them heeds is in runner_flags.h.
enum class Runner { kDirect, kPortable, kPrism, kFlink, kSpark, kDataflow };

// Accepts the names of the other SDKs, with and without "Runner", letter case aside.
template <>
struct FlagValue<Runner> {
  static std::string Kind() { return "NAME"; }
  static Runner Parse(std::string_view text);
  static std::string Text(Runner value);
};

// How the Direct runner runs bundles: in its own threads, or through Beam's Fn API, with each element encoded, in the
// worker that engines use, in the same process.
enum class DirectRunningMode { kInMemory, kFnApi };

// As the other SDKs call them: in_memory, fn_api.
template <>
struct FlagValue<DirectRunningMode> {
  static std::string Kind() { return "MODE"; }
  static DirectRunningMode Parse(std::string_view text);
  static std::string Text(DirectRunningMode value);
};

// Each field has an initializer, so that PipelineOptions{.direct_num_workers = 2} leaves out the others without a
// warning.
struct PipelineOptions {
  Flag<Runner, "where the pipeline runs; Direct: in this process, on all cores"> runner = Runner::kDirect;
  Flag<std::string, "a name for the run, for runners that show one"> job_name = {};
  Flag<std::string, "HOST:PORT of an engine's job service; without it, the engine is started if it is installed">
      job_endpoint = {};
  Flag<int, "seconds after which a job on an engine is cancelled; 0: never"> job_timeout = 0;
  Flag<std::string, "Beam's job server for Flink, to be started where there is no --job_endpoint">
      flink_job_server_jar = {};
  Flag<std::string, "the same for Spark"> spark_job_server_jar = {};
  Flag<std::string,
       "where an engine's workers are: LOOPBACK (this process, unless there is an image), EXTERNAL (a "
       "pool), PROCESS or DOCKER">
      environment_type = {};
  Flag<std::string,
       "EXTERNAL: HOST:PORT of the pool; PROCESS: the program to start, or JSON with os, arch, command and "
       "env; empty: this one; DOCKER: the image">
      environment_config = {};
  Flag<std::vector<std::string>,
       "NAME=VALUE: an option of the engine itself, by the name that Beam's Python SDK has for it">
      engine_option = {};
  Flag<std::vector<std::string>, "files to take along to the workers, PATH[,PATH]"> files_to_stage = {};
  Flag<std::string, "the program of workers elsewhere: default (this one is taken along), container (theirs), or PATH">
      sdk_location = std::string("default");
  Flag<std::string, "--sdk_location PATH by the name of Beam's Go SDK"> worker_binary = {};
  Flag<std::string, "the image of the workers' containers; stands for DOCKER and its --environment_config">
      sdk_container_image = {};
  Flag<std::vector<std::string>, "min_ram=16GB, cpu_count=4, accelerator=...: what an engine's machines should have">
      resource_hints = {};
  Flag<std::vector<std::string>, "the same"> resource_hint = {};
  Flag<std::string, "a file for the pipeline's proto: *.textproto (*.txt, *.pbtxt), *.binpb (*.pb) or a drawing, *.dot">
      dump_pipeline = {};
  Flag<std::string,
       "the folder for what does not fit into memory; empty: $TMPDIR or /tmp; Dataflow: gs://BUCKET/FOLDER, which the "
       "Direct runner takes no notice of">
      temp_location = {};
  Flag<DirectRunningMode, "in_memory, or fn_api: the Direct runner speaks to its threads as engines do to workers">
      direct_running_mode = DirectRunningMode::kInMemory;
  Flag<int, "threads of the Direct runner; 0: one per core"> direct_num_workers = 0;
  Flag<int, "how often the Direct runner tries a bundle that fails before the run fails"> direct_max_attempts = 4;
  Flag<ByteSize, "memory for grouping, beyond which the Direct runner goes to disk; 0: a quarter of the machine's">
      direct_shuffle_memory = {};
  Flag<ByteSize, "memory for decoded data; work that would exceed it waits; 0: half of the machine's"> max_memory = {};
  Flag<Severity, "log lines below this are dropped"> log_level = Severity::kInfo;
  Flag<std::optional<Severity>, "the same, of workers elsewhere; nothing: --log_level"> default_sdk_harness_log_level =
      {};
  Flag<int, "MB of side inputs that a worker elsewhere remembers between bundles; 0: 100"> max_cache_memory_usage_mb =
      0;

  void Validate() const;
  // Of the flags that say the same in several ways. Throw UsageError.
  std::string EnvironmentType() const;
  std::string EnvironmentConfig() const;
  std::string SdkLocation() const;
  ResourceHints ResourceHintsOfPipeline() const;
  // --temp_location where it is a folder of this machine; else empty.
  std::string LocalTempLocation() const;
};

}  // namespace beam
