#include "beam/runners/runner_flags.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/runners/dataflow_flags.h"

namespace beam {
namespace {

constexpr unsigned Only(Runner runner) { return 1U << static_cast<unsigned>(runner); }
constexpr unsigned kEngines =
    Only(Runner::kPortable) | Only(Runner::kPrism) | Only(Runner::kFlink) | Only(Runner::kSpark);
constexpr unsigned kElsewhere = kEngines | Only(Runner::kDataflow);

struct RunnersOfFlag {
  std::string_view name;
  unsigned runners;
};

// Of PipelineOptions; those that are not here are heeded by all.
constexpr RunnersOfFlag kRunnersOfFlags[] = {
    {"job_name", kElsewhere},
    {"job_endpoint", kEngines},
    {"job_timeout", kEngines},
    {"flink_job_server_jar", Only(Runner::kFlink)},
    {"spark_job_server_jar", Only(Runner::kSpark)},
    {"environment_type", kEngines},
    {"environment_config", kEngines},
    {"engine_option", kElsewhere},
    {"sdk_location", kElsewhere},
    {"worker_binary", kElsewhere},
    {"sdk_container_image", kElsewhere},
    {"resource_hints", kElsewhere},
    {"resource_hint", kElsewhere},
    {"temp_location", Only(Runner::kDirect) | Only(Runner::kDataflow)},
    {"direct_running_mode", Only(Runner::kDirect)},
    {"direct_num_workers", Only(Runner::kDirect)},
    {"direct_max_attempts", Only(Runner::kDirect)},
    {"direct_shuffle_memory", Only(Runner::kDirect)},
    {"default_sdk_harness_log_level", kElsewhere},
    {"max_cache_memory_usage_mb", kElsewhere},
};

// A run in place of a request that is kept back, or written to a file, is what the user did not want.
constexpr std::string_view kAboutTheRequest[] = {"dataflow_job_file", "dry_run", "template_location"};

bool IsOfDataflow(std::string_view name) {
  return IsFlagOf<GoogleCloudOptions>(name) || IsFlagOf<DataflowMachineOptions>(name);
}

}  // namespace

bool IsHeeded(const FlagSpec& flag, const PipelineOptions& options) {
  const Runner runner = options.runner;
  if (flag.is_shared) return true;
  if (IsOfDataflow(flag.name)) return runner == Runner::kDataflow;
  if (!IsFlagOf<PipelineOptions>(flag.name)) return true;
  if (flag.name == "temp_location" && runner == Runner::kDirect) return !options.LocalTempLocation().empty();
  const auto* const found = std::find_if(std::begin(kRunnersOfFlags), std::end(kRunnersOfFlags),
                                         [&](const RunnersOfFlag& known) { return known.name == flag.name; });
  return found == std::end(kRunnersOfFlags) || (found->runners & Only(runner)) != 0;
}

void CheckHeeded(const FlagSet& flags, const PipelineOptions& options) {
  SetLogLevel(options.log_level);
  const std::string runner = "--runner " + FlagValue<Runner>::Text(options.runner);
  std::string names;
  for (const FlagSpec* const flag : flags.flags()) {
    if (!flag->is_given || flag->text() == flag->default_text || IsHeeded(*flag, options)) continue;
    if (std::find(std::begin(kAboutTheRequest), std::end(kAboutTheRequest), flag->name) != std::end(kAboutTheRequest)) {
      throw UsageError("--" + flag->name + " is about the request of --runner Dataflow, and " + runner
                       + " makes none: give --runner Dataflow, or leave it out");
    }
    names += (names.empty() ? "--" : ", --") + flag->name;
  }
  if (!names.empty()) LogInfo(runner + " takes no notice of " + names);
}

}  // namespace beam
