#include "beam/runners/options.h"

#include <sys/stat.h>

#include <vector>

#include "beam/base/error.h"
#include "beam/io/path_text.h"
#include "beam/runners/job/dump_pipeline.h"

namespace beam {
namespace {

struct RunnerName {
  Runner runner;
  const char* name;
};
constexpr RunnerName kRunnerNames[] = {
    {Runner::kDirect, "Direct"}, {Runner::kPortable, "Portable"}, {Runner::kPrism, "Prism"},
    {Runner::kFlink, "Flink"},   {Runner::kSpark, "Spark"},       {Runner::kDataflow, "Dataflow"},
};

}  // namespace

Runner FlagValue<Runner>::Parse(std::string_view text) {
  std::vector<std::string> names;
  for (const RunnerName& known : kRunnerNames) {
    names.push_back(known.name);
    names.push_back(std::string(known.name) + "Runner");
    if (EqualIgnoringCase(text, names.back()) || EqualIgnoringCase(text, known.name)) return known.runner;
  }
  const std::string nearest = NearestName(text, names);
  throw UsageError("must be a runner that Beam has, such as " + (nearest.empty() ? "Direct" : nearest));
}

std::string FlagValue<Runner>::Text(Runner value) {
  for (const RunnerName& known : kRunnerNames) {
    if (known.runner == value) return known.name;
  }
  return {};
}

DirectRunningMode FlagValue<DirectRunningMode>::Parse(std::string_view text) {
  if (text == "in_memory") return DirectRunningMode::kInMemory;
  if (text == "fn_api") return DirectRunningMode::kFnApi;
  throw UsageError("must be in_memory or fn_api");
}

std::string FlagValue<DirectRunningMode>::Text(DirectRunningMode value) {
  return value == DirectRunningMode::kInMemory ? "in_memory" : "fn_api";
}

void PipelineOptions::Validate() const {
  if (direct_num_workers < 0 || direct_num_workers > 4096) {
    throw UsageError("--direct_num_workers must be from 0 (one per core) to 4096, not "
                     + std::to_string(direct_num_workers));
  }
  if (direct_max_attempts < 1) {
    throw UsageError("--direct_max_attempts must be at least 1, not " + std::to_string(direct_max_attempts));
  }
  if (!engine_option.empty() && runner == Runner::kDirect) {
    throw UsageError("--engine_option " + engine_option.front() + " is for an engine, and --runner Direct is none");
  }
  if (max_cache_memory_usage_mb < 0) throw UsageError("--max_cache_memory_usage_mb must not be negative");
  if (job_timeout < 0) throw UsageError("--job_timeout must be 0 (never) or a number of seconds");
  if (!dump_pipeline.empty()) CheckDumpPath(dump_pipeline);
  EnvironmentType();
  SdkLocation();
  ResourceHintsOfPipeline();
  struct stat status{};
  const std::string folder = LocalTempLocation();
  if (runner == Runner::kDirect && !folder.empty()
      && (stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))) {
    throw UsageError("--temp_location '" + folder + "' is not a folder: create it, or leave the flag out");
  }
}

std::string PipelineOptions::LocalTempLocation() const {
  return internal::SchemeOf(temp_location).empty() ? temp_location.value() : "";
}

std::string PipelineOptions::EnvironmentType() const {
  if (sdk_container_image.empty()) return environment_type.empty() ? "LOOPBACK" : environment_type.value();
  if ((!environment_type.empty() && environment_type != "DOCKER") || !environment_config.empty()) {
    throw UsageError(
        "--sdk_container_image says all there is to say: leave out --environment_type and "
        "--environment_config");
  }
  return "DOCKER";
}

std::string PipelineOptions::EnvironmentConfig() const {
  return sdk_container_image.empty() ? environment_config.value() : sdk_container_image.value();
}

std::string PipelineOptions::SdkLocation() const {
  if (worker_binary.empty()) return sdk_location;
  if (sdk_location != "default" && sdk_location != worker_binary) {
    throw UsageError("--sdk_location and --worker_binary say different things: leave one out");
  }
  return worker_binary;
}

ResourceHints PipelineOptions::ResourceHintsOfPipeline() const {
  std::vector<std::string> hints = resource_hints;
  hints.insert(hints.end(), resource_hint.begin(), resource_hint.end());
  return ParseHints(hints);
}

}  // namespace beam
