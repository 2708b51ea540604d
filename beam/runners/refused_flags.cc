#include "beam/runners/refused_flags.h"

#include <string_view>

namespace beam {
namespace {

constexpr std::string_view kPackages =
    "is of Python packages, and a C++ program needs none: files for the workers are named by --files_to_stage, and "
    "libraries are part of the image (--sdk_container_image)";
constexpr std::string_view kImages =
    "lets an SDK build the image of the workers, and here you do: with \"make container\", or a Dockerfile; name it by "
    "--sdk_container_image";
constexpr std::string_view kStreaming = "is of streaming jobs, and this SDK has batch jobs alone: leave it out";
constexpr std::string_view kProfiles =
    "is of another SDK's profiler: leave it out, and look at a run with --runner Direct by a profiler of yours, such "
    "as "
    "perf";
constexpr std::string_view kCounted =
    "is of no use here, as requests to stores are always counted: leave it out, and look at the job's metrics";

constexpr std::string_view kAwsKeys =
    "would show a secret to all who see the command line or the job's options: set AWS_ACCESS_KEY_ID, "
    "AWS_SECRET_ACCESS_KEY and, with temporary keys, AWS_SESSION_TOKEN in the environment, or AWS_PROFILE";

struct RefusedFlag {
  std::string_view name;
  std::string_view sentence;
  bool even_off = false;  // where false, too, asks for something
};

constexpr RefusedFlag kRefused[] = {
    // Python's packages.
    {"setup_file", kPackages},
    {"requirements_file", kPackages},
    {"requirements_cache", kPackages},
    {"requirements_cache_only_sources", kPackages},
    {"extra_package", kPackages},
    {"extra_packages", kPackages},
    {"beam_plugin", kPackages},
    {"beam_plugins", kPackages},
    {"pickle_library", "is of Python's objects: leave it out, as C++ steps travel as their fields"},
    {"save_main_session", "is of Python's objects: leave it out, as C++ steps travel as their fields"},
    {"prebuild_sdk_container_engine", kImages},
    {"prebuild_sdk_container_base_image", kImages},
    {"docker_registry_push_url", kImages},
    {"cloud_build_machine_type", kImages},
    {"maven_repository_url", "is of programs in Java: leave it out"},
    // Streaming.
    {"streaming", kStreaming},
    {"enable_streaming_engine", kStreaming},
    {"transform_name_mapping", kStreaming},
    {"create_from_snapshot", kStreaming},
    {"update_compatibility_version", kStreaming},
    {"update",
     "replaces a streaming job while it runs, and this SDK has batch jobs alone: leave it out, and give another "
     "--job_name, or cancel the job that runs before"},
    // Harnesses.
    {"sdk_harness_container_image_overrides",
     "is of pipelines in several languages, and all of this one runs in one image: name it by --sdk_container_image"},
    {"sdk_harness_log_level_overrides",
     "is of loggers that have names, and here there is one: --default_sdk_harness_log_level sets its level"},
    {"element_processing_timeout_minutes",
     "ends workers of Beam's other SDKs, and none of this one: leave it out, and let the step itself give up"},
    {"profile_cpu", kProfiles},
    {"profile_memory", kProfiles},
    {"profile_location", kProfiles},
    {"profile_sample_rate", kProfiles},
    {"cpu_profiling", kProfiles},
    // Google Cloud.
    {"user_agent", "is how other SDKs say who asks: leave it out, and tell jobs apart by --labels"},
    {"enable_bucket_read_metric_counter", kCounted},
    {"enable_bucket_write_metric_counter", kCounted},
    {"no_gcsio_throttling_counter", kCounted},
    {"enable_gcsio_blob_generation",
     "is always so here, as a file is read by the generation that was listed: leave it out"},
    {"gcs_custom_audit_entries", "adds to requests what this SDK does not send: leave it out"},
    {"gbek", "encrypts what is grouped, which this SDK does not: Dataflow does so by your key with --dataflow_kms_key"},
    {"teardown_policy", "is of Dataflow's own tests: leave it out, as machines go with their job"},
    // Stores.
    {"s3_access_key_id", kAwsKeys},
    {"s3_secret_access_key", kAwsKeys},
    {"s3_session_token", kAwsKeys},
    {"s3_api_version", "is of Python's client, and S3's interface has one version: leave it out"},
    {"s3_verify",
     "is always so here, as certificates are checked by those of this machine: leave it out, and add the store's "
     "authority to the machine's, or name its file by SSL_CERT_FILE, or name a store without TLS by --s3_endpoint_url "
     "http://HOST:PORT",
     true},
    {"s3_disable_ssl", "is said by the endpoint here: give --s3_endpoint_url http://HOST:PORT"},
    {"azure_connection_string",
     "would show a secret to all who see the command line or the job's options: set AZURE_STORAGE_CONNECTION_STRING in "
     "the environment"},
    {"blob_service_endpoint",
     "is of the environment here: set AZURE_STORAGE_ACCOUNT to the account's name or, for an endpoint that is not "
     "Azure's own, AZURE_STORAGE_CONNECTION_STRING with BlobEndpoint=URL in it"},
    // Go's own name.
    {"endpoint", "is --job_endpoint in this SDK: give HOST:PORT there"},
    // Engines.
    {"artifact_endpoint", "is not needed, as the job service at --job_endpoint says where files go: leave it out"},
    {"environment_options", "is said by --environment_config here: give that, as text or as JSON"},
    {"job_server_timeout", "is not needed: leave it out, as a job service that does not answer is waited for 10 s"},
    {"sdk_worker_parallelism", "is an option of the engine: give it as --engine_option sdk_worker_parallelism=NUMBER"},
    {"environment_cache_millis",
     "is an option of the engine: give it as --engine_option environment_cache_millis=NUMBER"},
    {"parallelism", "is an option of the engine: give it as --engine_option parallelism=NUMBER"},
    {"retain_docker_containers",
     "is an option of the engine: give it as --engine_option retain_docker_containers=true"},
    {"auto_unique_labels", "names steps anew where two have one name: leave it out, and give each a name of its own"},
};

}  // namespace

void RefuseFlagsOfOtherSdks(FlagSet& flags) {
  for (const RefusedFlag& flag : kRefused) {
    flags.Refuse(std::string(flag.name), std::string(flag.sentence), flag.even_off);
  }
}

}  // namespace beam
