#include "beam/runners/dataflow/dataflow_job.h"

#include <org/apache/beam/model/pipeline/v1/endpoints.pb.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string_view>
#include <variant>

#include "beam/base/version.h"
#include "beam/portable/urns.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kAgentName = "Apache Beam SDK for C++";
// What a job of a portable SDK is: FNAPI_BATCH of this major version in what the Python SDK 2.77 sends.
constexpr const char* kJobType = "FNAPI_BATCH";
constexpr const char* kMajorVersion = "8";
constexpr std::string_view kMultiCore = "beam:protocol:multi_core_bundle_processing:v1";
// Without these a job is none of portable workers.
constexpr const char* kExperiments[] = {"use_runner_v2", "beam_fn_api", "use_unified_worker",
                                        "use_portable_job_submission"};

void SetIf(Json& json, const char* name, const std::string& value) {
  if (!value.empty()) json[name] = value;
}
void SetIf(Json& json, const char* name, int value) {
  if (value != 0) json[name] = value;
}
// Of 64 bits: texts, as JSON's numbers have fewer.
void SetLongIf(Json& json, const char* name, int value) {
  if (value != 0) json[name] = std::to_string(value);
}

// gs://bucket/folder as the documentation of the resource has it.
std::string StoragePrefix(const std::string& url) { return "storage.googleapis.com/" + url.substr(5); }

std::vector<std::string> ExperimentsOf(const DataflowOptions& options) {
  std::vector<std::string> experiments(std::begin(kExperiments), std::end(kExperiments));
  const auto add = [&](const std::string& experiment) {
    if (std::find(experiments.begin(), experiments.end(), experiment) == experiments.end()) {
      experiments.push_back(experiment);
    }
  };
  for (const std::string& experiment : options.experiments) add(experiment);
  if (!options.min_cpu_platform.empty()) add("min_cpu_platform=" + options.min_cpu_platform);
  // As the other SDKs do it.
  if (std::find(options.service_options.begin(), options.service_options.end(), "enable_prime")
      != options.service_options.end()) {
    add("enable_prime");
  }
  return experiments;
}

Json ValueOf(const JobOptionValue& value) {
  return std::visit([](const auto& plain) { return Json(plain); }, value);
}

// An item of what the page of the job shows.
Json DisplayItem(const std::string& name, const JobOptionValue& value) {
  Json item = {{"key", name}, {"namespace", "beam::PipelineOptions"}};
  if (const auto* const flag = std::get_if<bool>(&value)) {
    item["type"] = "BOOLEAN";
    item["value"] = *flag;
  } else if (const auto* const number = std::get_if<std::int64_t>(&value)) {
    item["type"] = "INTEGER";
    item["value"] = *number;
  } else if (const auto* const fraction = std::get_if<double>(&value)) {
    item["type"] = "FLOAT";
    item["value"] = *fraction;
  } else {
    item["type"] = "STRING";
    const auto* const text = std::get_if<std::string>(&value);
    item["value"] = text != nullptr ? *text : Json(std::get<std::vector<std::string>>(value)).dump();
  }
  return item;
}

Json SdkPipelineOptions(const StagedPipeline& staged, const DataflowOptions& options) {
  Json values = Json::object();
  Json shown = Json::array();
  for (const auto& [name, value] : options.pipeline_options) {
    values[name] = ValueOf(value);
    shown.push_back(DisplayItem(name, value));
  }
  // A flag may have several of them, with commas.
  if (values.contains("dataflow_service_options")) values["dataflow_service_options"] = options.service_options;
  // The service finds the pipeline by these two.
  values["pipelineUrl"] = staged.url;
  values["pipelineProtoHash"] = staged.sha256;
  values["experiments"] = ExperimentsOf(options);
  return {{"options", std::move(values)}, {"display_data", std::move(shown)}};
}

// The environments that steps run in, by their ids.
std::set<std::string> UsedEnvironments(const proto::Pipeline& pipeline) {
  std::set<std::string> ids;
  for (const auto& transform : pipeline.components().transforms()) {
    if (!transform.second.environment_id().empty()) ids.insert(transform.second.environment_id());
  }
  return ids;
}

Json ContainerImages(const proto::Pipeline& pipeline) {
  Json images = Json::array();
  for (const std::string& id : UsedEnvironments(pipeline)) {
    const proto::Environment& environment = pipeline.components().environments().at(id);
    proto::DockerPayload docker;
    docker.ParseFromString(environment.payload());
    const auto& capabilities = environment.capabilities();
    const bool is_multi_core = std::find(capabilities.begin(), capabilities.end(), kMultiCore) != capabilities.end();
    images.push_back({{"containerImage", docker.container_image()},
                      {"environmentId", id},
                      {"useSingleCorePerContainer", !is_multi_core},
                      {"capabilities", std::vector<std::string>(capabilities.begin(), capabilities.end())}});
  }
  return images;
}

Json WorkerPool(const proto::Pipeline& pipeline, const StagedPipeline& staged, const DataflowOptions& options) {
  Json pool = {{"kind", "harness"}};
  SetIf(pool, "numWorkers", options.num_workers);
  SetIf(pool, "machineType", options.machine_type);
  SetIf(pool, "diskSizeGb", options.disk_size_gb);
  SetIf(pool, "diskType", options.disk_type);
  SetLongIf(pool, "diskProvisionedIops", options.disk_provisioned_iops);
  SetLongIf(pool, "diskProvisionedThroughputMibps", options.disk_provisioned_throughput_mibps);
  SetIf(pool, "numThreadsPerWorker", options.threads_per_worker);
  SetIf(pool, "network", options.network);
  SetIf(pool, "subnetwork", options.subnetwork);
  if (options.use_public_ips) {
    pool["ipConfiguration"] = *options.use_public_ips ? "WORKER_IP_PUBLIC" : "WORKER_IP_PRIVATE";
  }
  Json autoscaling = Json::object();
  // As the resource calls the two.
  if (!options.autoscaling_algorithm.empty()) {
    autoscaling["algorithm"] =
        options.autoscaling_algorithm == "NONE" ? "AUTOSCALING_ALGORITHM_NONE" : "AUTOSCALING_ALGORITHM_BASIC";
  }
  SetIf(autoscaling, "maxNumWorkers", options.max_num_workers);
  if (!autoscaling.empty()) pool["autoscalingSettings"] = std::move(autoscaling);
  Json packages = Json::array();
  for (const StagedFile& file : staged.files) {
    packages.push_back({{"name", file.name}, {"location", StoragePrefix(file.url)}, {"sha256", file.sha256}});
  }
  if (!packages.empty()) pool["packages"] = std::move(packages);
  pool["workerHarnessContainerImage"] = options.container_image;
  pool["sdkHarnessContainerImages"] = ContainerImages(pipeline);
  return pool;
}

Json Environment(const proto::Pipeline& pipeline, const StagedPipeline& staged, const DataflowOptions& options,
                 const DataflowJobIdentity& identity) {
  Json environment = {
      {"version", {{"job_type", kJobType}, {"major", kMajorVersion}}},
      {"userAgent", {{"name", kAgentName}, {"version", kVersion}}},
      {"tempStoragePrefix", StoragePrefix(Below(options.temp_location, identity.folder))},
      {"clusterManagerApiService", "compute.googleapis.com"},
      {"experiments", ExperimentsOf(options)},
  };
  if (!options.service_options.empty()) environment["serviceOptions"] = options.service_options;
  SetIf(environment, "serviceAccountEmail", options.service_account_email);
  SetIf(environment, "serviceKmsKeyName", options.kms_key);
  SetIf(environment, "workerRegion", options.worker_region);
  SetIf(environment, "workerZone", options.worker_zone);
  if (!options.flexrs_goal.empty()) environment["flexResourceSchedulingGoal"] = "FLEXRS_" + options.flexrs_goal;
  if (options.hot_key_logging) environment["debugOptions"] = {{"enableHotKeyLogging", true}};
  environment["sdkPipelineOptions"] = SdkPipelineOptions(staged, options);
  environment["workerPools"] = Json::array({WorkerPool(pipeline, staged, options)});
  return environment;
}

}  // namespace

DataflowJobIdentity NewJobIdentity(const std::string& job_name) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now);
  const auto micros = static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(now - seconds).count());
  const std::time_t time = seconds.count();
  std::tm utc{};
  gmtime_r(&time, &utc);
  char day[16];
  std::strftime(day, sizeof day, "%Y%m%d%H%M%S", &utc);
  char part[24];
  std::snprintf(part, sizeof part, "%06d-%04u", micros, std::random_device()() % 9000 + 1000);
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, "%06d", micros);
  return {.folder = job_name + "." + std::to_string(seconds.count()) + "." + fraction,
          .client_request_id = std::string(day) + part};
}

std::string DataflowJobJson(const proto::Pipeline& pipeline, const StagedPipeline& staged,
                            const DataflowOptions& options, const DataflowJobIdentity& identity) {
  Json job = {{"name", options.job_name},
              {"projectId", options.project},
              {"location", options.region},
              {"type", "JOB_TYPE_BATCH"},
              {"clientRequestId", identity.client_request_id}};
  if (!options.labels.empty()) job["labels"] = options.labels;
  job["environment"] = Environment(pipeline, staged, options, identity);
  // Names of files are bytes, JSON is UTF-8: what is none is replaced.
  return job.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace beam
