#include "beam/runners/dataflow_flags.h"

#include <cstddef>
#include <nlohmann/json.hpp>

#include "beam/base/error.h"
#include "beam/runners/flag_list.h"

namespace beam {
namespace {

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
  if (!setup_file.empty()) {
    throw UsageError(
        "--setup_file builds a Python package, and a C++ program needs none: files for the workers are named by "
        "--files_to_stage, and libraries are part of the image (--sdk_container_image)");
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

void AddDataflowFlags(FlagSet& flags, DataflowFlags& dataflow) {
  flags.Add("Options of --runner Dataflow", dataflow.cloud);
  flags.Add("Machines of --runner Dataflow", dataflow.machines);
}

JobOptionValues OptionsGiven(const FlagSet& flags) {
  JobOptionValues options;
  for (const FlagSpec* const flag : flags.flags()) {
    const std::string text = flag->text();
    if (text.empty() || flag->name == "impersonate_service_account") continue;
    if (flag->kind.empty()) {
      options[flag->name] = text == "true";
    } else {
      options[flag->name] = text;
    }
  }
  return options;
}

}  // namespace beam
