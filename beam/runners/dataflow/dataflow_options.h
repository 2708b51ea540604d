// What Google Cloud Dataflow is asked for besides the pipeline. The flags of these names are in
// beam/runners/dataflow_flags.h; here they are checked, and what Dataflow would refuse is refused before anything is
// sent.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "beam/base/job_option_value.h"

namespace beam {

struct DataflowOptions {
  std::string project;
  std::string region;
  std::string job_name;
  std::string temp_location;     // gs://bucket/folder
  std::string staging_location;  // likewise
  std::string service_account_email;
  std::string kms_key;
  std::map<std::string, std::string> labels;
  std::vector<std::string> experiments;
  std::vector<std::string> service_options;
  std::string flexrs_goal;  // COST_OPTIMIZED or SPEED_OPTIMIZED, or as FLEXRS_...; empty: neither
  bool hot_key_logging = false;
  std::string worker_region;
  std::string worker_zone;

  // The machines. Empty, 0: Dataflow chooses.
  int num_workers = 0;
  int max_num_workers = 0;
  std::string autoscaling_algorithm;  // NONE or THROUGHPUT_BASED
  std::string machine_type;
  std::string min_cpu_platform;
  int disk_size_gb = 0;
  std::string disk_type;
  int disk_provisioned_iops = 0;
  int disk_provisioned_throughput_mibps = 0;
  std::string network;
  std::string subnetwork;
  std::optional<bool> use_public_ips;
  int threads_per_worker = 0;

  std::string container_image;

  // The options of the program, for its workers and for the page of the job, by the names of its flags.
  JobOptionValues pipeline_options;
};

// Fills in what follows from others: one of temp and staging location from the other one, the project from
// $GOOGLE_CLOUD_PROJECT, $GCLOUD_PROJECT or the file of the credentials, project and region from gcloud's configuration
// (gcloud_config.h), a job name from `program` and `unique`. Then throws UsageError, naming the flag and what it must
// be, for what Dataflow would refuse.
void CompleteDataflowOptions(DataflowOptions& options, const std::string& program, const std::string& unique);

}  // namespace beam
