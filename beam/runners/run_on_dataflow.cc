#include "beam/runners/run_on_dataflow.h"

#include <chrono>
#include <utility>

#include "beam/runners/dataflow/dataflow_runner.h"
#include "beam/runners/flag_list.h"
#include "beam/runners/interrupt.h"
#include "beam/runners/storage_options.h"

namespace beam {
namespace {

// What the service may take to hear that a job is to be cancelled; a job that it does not hear of costs money.
constexpr std::chrono::seconds kCancelTime{15};

DataflowOptions DataflowOptionsOf(const PipelineOptions& pipeline, const DataflowFlags& flags) {
  const GoogleCloudOptions& cloud = flags.cloud;
  const DataflowMachineOptions& machines = flags.machines;
  DataflowOptions options;
  options.project = cloud.project;
  options.region = cloud.region;
  options.job_name = pipeline.job_name;
  options.temp_location = pipeline.temp_location;
  options.staging_location = cloud.staging_location;
  options.service_account_email = cloud.service_account_email;
  options.kms_key = cloud.dataflow_kms_key;
  options.labels = cloud.Labels();
  options.experiments = cloud.Experiments();
  options.service_options = ListItems(cloud.dataflow_service_options);
  options.flexrs_goal = cloud.flexrs_goal;
  options.hot_key_logging = cloud.enable_hot_key_logging;
  options.worker_region = machines.worker_region;
  options.worker_zone = machines.worker_zone;
  options.num_workers = machines.num_workers;
  options.max_num_workers = machines.max_num_workers;
  options.autoscaling_algorithm = machines.autoscaling_algorithm;
  options.machine_type = machines.MachineType();
  options.min_cpu_platform = machines.min_cpu_platform;
  options.disk_size_gb = machines.disk_size_gb;
  options.disk_type = machines.DiskType();
  options.disk_provisioned_iops = machines.disk_provisioned_iops;
  options.disk_provisioned_throughput_mibps = machines.disk_provisioned_throughput_mibps;
  options.network = machines.network;
  options.subnetwork = machines.subnetwork;
  if (options.worker_zone.empty() && !machines.zone.empty()) options.worker_zone = machines.zone;
  if (machines.use_public_ips) options.use_public_ips = true;
  if (machines.no_use_public_ips) options.use_public_ips = false;
  options.threads_per_worker = machines.number_of_worker_harness_threads;
  options.container_image = machines.Image(pipeline.sdk_container_image);
  return options;
}

}  // namespace

std::unique_ptr<PipelineResult> RunOnDataflow(const Pipeline& pipeline, const PipelineOptions& options,
                                              const DataflowFlags& flags, const JobOptionValues& for_workers) {
  DataflowRunnerOptions dataflow;
  dataflow.job = DataflowOptionsOf(options, flags);
  dataflow.job.pipeline_options = for_workers;
  dataflow.job.pipeline_options.insert(flags.program_options.begin(), flags.program_options.end());
  dataflow.sdk_location = options.SdkLocation();
  dataflow.files_to_stage = ListItems(options.files_to_stage);
  dataflow.hints = options.ResourceHintsOfPipeline();
  dataflow.dump_pipeline = options.dump_pipeline;
  dataflow.job_file = flags.cloud.dataflow_job_file;
  dataflow.dry_run = flags.cloud.dry_run;
  dataflow.template_location = flags.cloud.template_location;
  dataflow.wait = !flags.cloud.IsDetached();
  dataflow.endpoint = flags.cloud.dataflow_endpoint;
  const StorageOptions storage = StorageInUse();
  dataflow.credentials.anonymous = storage.no_auth;
  dataflow.credentials.impersonate_service_account = storage.impersonate_service_account;
  dataflow.credentials.scopes = ListItems(storage.gcp_oauth_scopes);
  dataflow.program = flags.program;
  DataflowRun run = RunDataflow(pipeline, dataflow);
  if (dataflow.wait && !run.page.empty()) {
    InterruptScope::AskFirst(
        "\nCtrl-C: the job runs on. Again: it is cancelled. Ctrl-\\: this program ends, and the job runs on ("
            + run.page + ").\n",
        kCancelTime);
  }
  return std::move(run.result);
}

}  // namespace beam
