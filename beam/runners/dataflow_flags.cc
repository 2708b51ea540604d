#include "beam/runners/dataflow_flags.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "beam/base/error.h"
#include "beam/runners/flag_list.h"
#include "beam/runners/refused_flags.h"

namespace beam {
namespace {

// What is no business of workers, and of those who look at the job.
constexpr std::string_view kOfTheLauncher[] = {
    "dataflow_job_file",           "dry_run",          "dump_pipeline", "gcp_oauth_scopes",
    "impersonate_service_account", "template_location"};

void AddLabels(const std::string& text, std::map<std::string, std::string>& labels) {
  if (text.starts_with('{')) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) throw UsageError("--labels " + text + " is neither KEY=VALUE nor a JSON object of texts");
    for (const auto& [key, value] : json.items()) {
      if (!value.is_string()) throw UsageError("--labels: the value of \"" + key + "\" must be a text");
      labels[key] = value.get<std::string>();
    }
    return;
  }
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) throw UsageError("--labels " + text + " must be KEY=VALUE, or a JSON object");
  labels[text.substr(0, equals)] = text.substr(equals + 1);
}

// The value of a flag that has two names.
std::string OneOf(const char* name, const std::string& value, const char* other_name, const std::string& other) {
  if (!value.empty() && !other.empty() && value != other) {
    throw UsageError(std::string("--") + name + " and --" + other_name + " say different things: leave one out");
  }
  return value.empty() ? other : value;
}

}  // namespace

void GoogleCloudOptions::Validate() const {
  if (!template_location.empty() && !template_location.starts_with("gs://")) {
    throw UsageError("--template_location must be a file in a bucket: gs://BUCKET/FILE");
  }
  if (!dataflow_endpoint.empty() && !dataflow_endpoint.starts_with("https://")
      && !dataflow_endpoint.starts_with("http://")) {
    throw UsageError("--dataflow_endpoint '" + dataflow_endpoint
                     + "' must be a URL, such as https://dataflow.googleapis.com");
  }
  Labels();
}

std::map<std::string, std::string> GoogleCloudOptions::Labels() const {
  std::map<std::string, std::string> result;
  for (const std::string& text : labels) AddLabels(text, result);
  for (const std::string& text : label) AddLabels(text, result);
  return result;
}

std::vector<std::string> GoogleCloudOptions::Experiments() const {
  std::vector<std::string> result = ListItems(experiments);
  for (std::string& item : ListItems(experiment)) result.push_back(std::move(item));
  return result;
}

void DataflowMachineOptions::Validate() const {
  MachineType();
  DiskType();
  if (!zone.empty() && (!worker_zone.empty() || !worker_region.empty())) {
    throw UsageError(
        "--zone is --worker_zone by its former name, which is given as well, or --worker_region: leave it out");
  }
  if (use_public_ips && no_use_public_ips) {
    throw UsageError("--use_public_ips and --no_use_public_ips exclude each other: leave one out");
  }
}

std::string DataflowMachineOptions::MachineType() const {
  return OneOf("machine_type", machine_type, "worker_machine_type", worker_machine_type);
}

std::string DataflowMachineOptions::DiskType() const {
  return OneOf("disk_type", disk_type, "worker_disk_type", worker_disk_type);
}

std::string DataflowMachineOptions::Image(const std::string& sdk_container_image) const {
  return OneOf("sdk_container_image", sdk_container_image, "worker_harness_container_image",
               worker_harness_container_image);
}

void AddDataflowFlags(FlagSet& flags, DataflowFlags& dataflow) {
  flags.Add("Options of --runner Dataflow", dataflow.cloud);
  flags.Add("Machines of --runner Dataflow", dataflow.machines);
  RefuseFlagsOfOtherSdks(flags);
}

JobOptionValues OptionsGiven(const FlagSet& flags) {
  JobOptionValues options;
  for (const FlagSpec* const flag : flags.flags()) {
    const bool is_of_launcher =
        std::find(std::begin(kOfTheLauncher), std::end(kOfTheLauncher), flag->name) != std::end(kOfTheLauncher);
    if (is_of_launcher || !flag->is_given) continue;
    if (const std::optional<JobOptionValue> value = flag->value()) options[flag->name] = *value;
  }
  return options;
}

}  // namespace beam
