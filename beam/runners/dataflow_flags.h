// The flags of --runner Dataflow, in the names of Beam's Python and Go SDKs, as two groups: the job, and its machines.
// What other runners make of them is in runner_flags.h.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "beam/base/job_option_value.h"
#include "beam/runners/options_flag.h"
#include "beam/runners/options_set.h"

namespace beam {

struct GoogleCloudOptions {
  Flag<std::string, "the project that runs the job; empty: $GOOGLE_CLOUD_PROJECT, or gcloud's"> project = {};
  Flag<std::string, "where it runs, such as europe-west4; empty: $CLOUDSDK_COMPUTE_REGION, or gcloud's"> region = {};
  Flag<std::string, "gs://BUCKET/FOLDER for the program and the pipeline; empty: --temp_location"> staging_location =
      {};
  Flag<std::string, "the account that the workers are"> service_account_email = {};
  Flag<std::vector<std::string>, "KEY=VALUE, or a JSON object: labels of the job"> labels = {};
  Flag<std::vector<std::string>, "the same"> label = {};
  Flag<std::vector<std::string>, "what Dataflow is asked for by name, A[,B]"> dataflow_service_options = {};
  Flag<std::vector<std::string>, "the same, of what is not yet settled"> experiments = {};
  Flag<std::vector<std::string>, "the same"> experiment = {};
  Flag<std::string, "COST_OPTIMIZED (cheaper machines that may come later) or SPEED_OPTIMIZED"> flexrs_goal = {};
  Flag<std::string, "the key that encrypts what the job keeps"> dataflow_kms_key = {};
  Flag<std::string, "the job's request is written to this file, too, as JSON"> dataflow_job_file = {};
  Flag<std::string, "gs://BUCKET/FILE for the request: a template, to be run later; no job is made"> template_location =
      {};
  Flag<bool, "Dataflow logs keys that hold a grouping up"> enable_hot_key_logging = false;
  Flag<bool, "nothing is sent: --dataflow_job_file and --dump_pipeline show what would be"> dry_run = false;
  Flag<bool, "the program ends once the job is made"> no_wait_until_finish = false;
  Flag<bool, "the same, by the name of Beam's Go SDK"> async = false;
  Flag<bool, "the same, by its name there for Dataflow alone"> execute_async = false;
  Flag<std::string, "the URL of the service, where it is not Google's own"> dataflow_endpoint = {};
  Flag<bool, "as it always is here: what is staged already is never sent again"> enable_artifact_caching = false;

  void Validate() const;
  // Of the flags that say the same in several ways. Throws UsageError for what is no label.
  std::map<std::string, std::string> Labels() const;
  std::vector<std::string> Experiments() const;
  bool IsDetached() const { return no_wait_until_finish || async || execute_async; }
};

struct DataflowMachineOptions {
  Flag<int, "machines at the start; 0: Dataflow chooses"> num_workers = 0;
  Flag<int, "machines at the most; 0: Dataflow chooses"> max_num_workers = 0;
  Flag<std::string, "NONE, or THROUGHPUT_BASED: their number follows the work"> autoscaling_algorithm = {};
  Flag<std::string, "such as n2-standard-8"> machine_type = {};
  Flag<std::string, "the same"> worker_machine_type = {};
  Flag<std::string, "such as \"Intel Ice Lake\""> min_cpu_platform = {};
  Flag<int, "of each machine; 0: Dataflow chooses"> disk_size_gb = 0;
  Flag<std::string, "such as compute.googleapis.com/projects//zones//diskTypes/pd-ssd"> disk_type = {};
  Flag<std::string, "the same"> worker_disk_type = {};
  Flag<int, "of each disk; 0: as its type has them"> disk_provisioned_iops = 0;
  Flag<int, "of each disk, in MiB/s; 0: as its type has it"> disk_provisioned_throughput_mibps = 0;
  Flag<std::string, "where the machines are, if not in --region"> worker_region = {};
  Flag<std::string, "the same, one zone of it"> worker_zone = {};
  Flag<std::string, "--worker_zone by its former name"> zone = {};
  Flag<std::string, "--sdk_container_image by its former name"> worker_harness_container_image = {};
  Flag<std::string, "the network of the machines"> network = {};
  Flag<std::string, "such as regions/REGION/subnetworks/NAME"> subnetwork = {};
  Flag<bool, "the machines have public addresses"> use_public_ips = false;
  Flag<bool, "they have none; the subnetwork needs Private Google Access"> no_use_public_ips = false;
  Flag<int, "bundles at a time on one machine; 0: as many as cores"> number_of_worker_harness_threads = 0;

  void Validate() const;
  // Of the flags that say the same in several ways. Throw UsageError where these differ.
  std::string MachineType() const;
  std::string DiskType() const;
  std::string Image(const std::string& sdk_container_image) const;
};

struct DataflowFlags {
  GoogleCloudOptions cloud = {};
  DataflowMachineOptions machines = {};
  std::string program = {};  // what the program calls itself
  // The program's own options, for its workers and the page of the job.
  JobOptionValues program_options = {};
};

// Adds both groups to the flags of a program, and refuses those of other SDKs (refused_flags.h).
void AddDataflowFlags(FlagSet& flags, DataflowFlags& dataflow);

// The flags of a program after Parse(), for DataflowFlags::program_options: those that were given, but for those that
// are for the launcher alone.
JobOptionValues OptionsGiven(const FlagSet& flags);

}  // namespace beam
