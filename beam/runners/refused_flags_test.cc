// Every flag of Beam's Python and Go SDKs (2.77) that has to do with Dataflow, engines or stores is there or is refused
// with what to do instead: none is unknown.
#include "beam/runners/refused_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "beam/base/error.h"
#include "beam/runners/dataflow_flags.h"
#include "beam/runners/options.h"
#include "beam/runners/storage_options.h"

namespace beam {
namespace {

using testing::HasSubstr;

struct OwnOptions {
  int parallelism = 1;
};

// Whether a program takes these arguments ("taken"), or the sentence of the UsageError.
std::string Parsed(const std::vector<std::string>& arguments, bool has_own = false) {
  OwnOptions own;
  PipelineOptions pipeline;
  StorageOptions storage;
  DataflowFlags dataflow;
  FlagSet flags("program", "A program.");
  if (has_own) flags.Add("Options", own);
  flags.Add("Options of every pipeline", pipeline);
  flags.Add("Options of stores", storage);
  AddDataflowFlags(flags, dataflow);
  try {
    flags.Parse(arguments);
    return has_own ? "taken: " + std::to_string(own.parallelism) : "taken";
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(FlagsOfOtherSdks, AreTakenWhereTheyMeanSomethingHere) {
  for (const char* const argument :
       {// The job.
        "--project=my-project", "--region=europe-west4", "--job_name=j", "--staging_location=gs://bkt/s",
        "--temp_location=gs://bkt/t", "--service_account_email=a@b", "--dataflow_endpoint=https://x/", "--no_auth",
        "--template_location=gs://bkt/t", "--labels=a=b", "--label=a=b", "--dataflow_kms_key=k",
        "--flexrs_goal=COST_OPTIMIZED", "--flexrs_goal=FLEXRS_SPEED_OPTIMIZED", "--dataflow_service_options=a,b",
        "--enable_hot_key_logging", "--enable_artifact_caching", "--impersonate_service_account=a@b",
        "--gcp_oauth_scopes=a,b", "--experiments=a,b", "--experiment=a", "--dataflow_job_file=f", "--dry_run",
        "--no_wait_until_finish", "--runner=DataflowRunner", "--runner=dataflow", "--resource_hints=min_ram=1GB",
        "--resource_hint=min_ram=1GB", "--files_to_stage=a,b", "--sdk_location=container", "--worker_binary=w",
        "--async", "--execute_async",
        // Its machines.
        "--num_workers=1", "--max_num_workers=2", "--autoscaling_algorithm=NONE", "--machine_type=m",
        "--worker_machine_type=m", "--disk_size_gb=30", "--disk_type=d", "--worker_disk_type=d",
        "--disk_provisioned_iops=1", "--disk_provisioned_throughput_mibps=1", "--worker_region=r", "--worker_zone=z",
        "--zone=z", "--network=n", "--subnetwork=s", "--sdk_container_image=i", "--worker_harness_container_image=i",
        "--default_sdk_harness_log_level=INFO", "--use_public_ips", "--no_use_public_ips", "--min_cpu_platform=p",
        "--max_cache_memory_usage_mb=1", "--number_of_worker_harness_threads=1",
        // Stores.
        "--s3_endpoint_url=http://h:1", "--s3_region_name=r", "--azure_managed_identity_client_id=c", "--hdfs_host=h",
        "--hdfs_port=1", "--hdfs_user=u", "--hdfs_full_urls",
        // Engines.
        "--job_endpoint=localhost:1", "--environment_type=DOCKER", "--environment_config=i"}) {
    EXPECT_EQ(Parsed({argument}), "taken") << argument;
  }
}

TEST(FlagsOfOtherSdks, AreRefusedWithWhatToDoWhereTheyDoNot) {
  struct Case {
    std::vector<std::string> arguments;  // of which the first word is the flag
    const char* next_step;
  };
  const Case cases[] = {
      {{"--setup_file=./setup.py"}, "--files_to_stage"},
      {{"--requirements_file", "r.txt"}, "(--sdk_container_image)"},
      {{"--requirements_cache=d"}, "--files_to_stage"},
      {{"--requirements_cache_only_sources"}, "--files_to_stage"},
      {{"--extra_package=a.tar.gz"}, "--files_to_stage"},
      {{"--extra_packages=a.tar.gz"}, "--files_to_stage"},
      {{"--beam_plugin=p"}, "--files_to_stage"},
      {{"--beam_plugins=p"}, "--files_to_stage"},
      {{"--pickle_library=dill"}, "leave it out"},
      {{"--save_main_session"}, "leave it out"},
      {{"--prebuild_sdk_container_engine=local_docker"}, "make container"},
      {{"--prebuild_sdk_container_base_image=i"}, "make container"},
      {{"--docker_registry_push_url=u"}, "make container"},
      {{"--cloud_build_machine_type=m"}, "make container"},
      {{"--maven_repository_url=u"}, "leave it out"},
      {{"--streaming"}, "batch jobs alone"},
      {{"--enable_streaming_engine"}, "batch jobs alone"},
      {{"--transform_name_mapping", "{}"}, "batch jobs alone"},
      {{"--create_from_snapshot=s"}, "batch jobs alone"},
      {{"--update_compatibility_version=2.50.0"}, "batch jobs alone"},
      {{"--update"}, "another --job_name"},
      {{"--sdk_harness_container_image_overrides=.*,i"}, "name it by --sdk_container_image"},
      {{"--sdk_harness_log_level_overrides={}"}, "--default_sdk_harness_log_level sets its level"},
      {{"--element_processing_timeout_minutes=5"}, "let the step itself give up"},
      {{"--profile_cpu"}, "--runner Direct"},
      {{"--profile_memory"}, "--runner Direct"},
      {{"--profile_location=gs://b/p"}, "--runner Direct"},
      {{"--profile_sample_rate=1"}, "--runner Direct"},
      {{"--cpu_profiling=gs://b/p"}, "--runner Direct"},
      {{"--user_agent=me"}, "tell jobs apart by --labels"},
      {{"--enable_bucket_read_metric_counter"}, "the job's metrics"},
      {{"--enable_bucket_write_metric_counter"}, "the job's metrics"},
      {{"--no_gcsio_throttling_counter"}, "the job's metrics"},
      {{"--enable_gcsio_blob_generation"}, "leave it out"},
      {{"--gcs_custom_audit_entries={}"}, "leave it out"},
      {{"--gbek=s"}, "--dataflow_kms_key"},
      {{"--teardown_policy=TEARDOWN_ALWAYS"}, "leave it out"},
      {{"--s3_access_key_id=k"}, "set AWS_ACCESS_KEY_ID"},
      {{"--s3_secret_access_key", "s"}, "AWS_SECRET_ACCESS_KEY"},
      {{"--s3_session_token=t"}, "AWS_SESSION_TOKEN"},
      {{"--s3_api_version=2006-03-01"}, "leave it out"},
      {{"--s3_verify=ca.pem"}, "the machine's"},
      {{"--s3_verify=False"}, "--s3_endpoint_url http://HOST:PORT"},
      {{"--s3_disable_ssl"}, "--s3_endpoint_url http://HOST:PORT"},
      {{"--azure_connection_string=AccountName=a"}, "set AZURE_STORAGE_CONNECTION_STRING"},
      {{"--blob_service_endpoint=https://a.blob.core.windows.net"}, "set AZURE_STORAGE_ACCOUNT"},
      {{"--endpoint=localhost:1"}, "--job_endpoint"},
      {{"--artifact_endpoint=localhost:1"}, "leave it out"},
      {{"--environment_options=a=b"}, "--environment_config"},
      {{"--job_server_timeout=1"}, "leave it out"},
      {{"--sdk_worker_parallelism=2"}, "--engine_option sdk_worker_parallelism=NUMBER"},
      {{"--environment_cache_millis=1"}, "--engine_option environment_cache_millis=NUMBER"},
      {{"--parallelism=2"}, "--engine_option parallelism=NUMBER"},
      {{"--retain_docker_containers"}, "--engine_option retain_docker_containers=true"},
      {{"--auto_unique_labels"}, "leave it out"},
  };
  for (const Case& c : cases) {
    const std::string flag = c.arguments.front().substr(0, c.arguments.front().find('='));
    const std::string sentence = Parsed(c.arguments);
    EXPECT_TRUE(sentence.starts_with(flag + " ")) << sentence;
    EXPECT_THAT(sentence, HasSubstr(c.next_step));
  }
}

TEST(FlagsOfOtherSdks, AreLetPassWhereTheyAreOff) {
  EXPECT_EQ(Parsed({"--streaming=false"}), "taken");
  EXPECT_EQ(Parsed({"--save_main_session=Off"}), "taken");
  EXPECT_THAT(Parsed({"--streaming=true"}), HasSubstr("--streaming is of"));
}

TEST(FlagsOfOtherSdks, AreTheProgramsOwnWhereItHasThem) {
  EXPECT_EQ(Parsed({"--parallelism=3"}, true), "taken: 3");
  EXPECT_THAT(Parsed({"--streaming"}, true), HasSubstr("--streaming is of"));
}

TEST(FlagsOfOtherSdks, AreNotInTheHelp) {
  DataflowFlags dataflow;
  FlagSet flags("program", "A program.");
  AddDataflowFlags(flags, dataflow);
  EXPECT_THAT(flags.Help(), testing::Not(HasSubstr("setup_file")));
}

}  // namespace
}  // namespace beam
