#include "beam/runners/dataflow/dataflow_options.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <span>
#include <string_view>

#include "beam/base/error.h"
#include "beam/io/google/credentials.h"
#include "beam/io/google/gcloud_config.h"
#include "beam/io/path_text.h"

namespace beam {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kLongestName = 63;
constexpr std::size_t kMostLabels = 64;
constexpr std::size_t kShortestBucket = 3;

constexpr std::string_view kAutoscaling[] = {"NONE", "THROUGHPUT_BASED"};
constexpr std::string_view kFlexRsGoals[] = {"COST_OPTIMIZED", "SPEED_OPTIMIZED"};
constexpr std::string_view kFlexRsPrefix = "FLEXRS_";

// Experiments that ask for a Dataflow without portable workers, which are all that this SDK has.
constexpr std::string_view kRefusedExperiments[] = {"disable_runner_v2", "disable_runner_v2_until_2023",
                                                    "disable_prime_runner_v2", "disable_portable_runner",
                                                    "enable_streaming_java_runner"};

bool Contains(std::string_view letters, char c) { return letters.find(c) != std::string_view::npos; }

// All characters of `text` are letters, digits or one of `others`, and the first one is a letter.
bool IsName(std::string_view text, std::string_view others) {
  if (text.empty() || text.size() > kLongestName || !Contains(kLower, text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return Contains(kLower, c) || Contains(kDigits, c) || Contains(others, c); });
}

std::string FromEnvironment(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before there are threads
  return value == nullptr ? "" : value;
}

void Require(const std::string& value, const std::string& flag, const std::string& what) {
  if (value.empty()) throw UsageError("--runner Dataflow needs --" + flag + ": " + what);
}

void CheckProject(const std::string& project) {
  if (project.find_first_not_of(kDigits) == std::string::npos) {
    throw UsageError("--project " + project + " is a project's number: give its id, such as my-project");
  }
  // Projects of an organisation's domain are domain:id.
  const std::size_t colon = project.rfind(':');
  const std::string_view id = std::string_view(project).substr(colon == std::string::npos ? 0 : colon + 1);
  if (!IsName(id, "-")) {
    throw UsageError("--project '" + project
                     + "' is no project id: lower-case letters, digits and -, such as my-project");
  }
}

// As Cloud Storage names buckets.
bool IsBucket(std::string_view name) {
  const auto is_letter = [](char c) { return Contains(kLower, c) || Contains(kDigits, c); };
  return name.size() >= kShortestBucket && is_letter(name.front()) && is_letter(name.back())
      && std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || Contains("-_.", c); });
}

void CheckLocation(const std::string& location, const std::string& flag) {
  const std::string_view bucket_on = location.starts_with("gs://") ? std::string_view(location).substr(5) : "";
  const std::string_view bucket = bucket_on.substr(0, bucket_on.find('/'));
  if (bucket.empty() || location.find_first_of("*\r\n") != std::string::npos) {
    throw UsageError("--" + flag + " " + internal::Quoted(location)
                     + " must be a folder of a bucket: gs://BUCKET/FOLDER");
  }
  if (!IsBucket(bucket)) {
    throw UsageError("--" + flag + " " + internal::Quoted(location)
                     + ": no bucket has such a name, as they are of lower-case letters, digits, -, _ and ., at least 3 of "
                       "them: see \"gcloud storage buckets list\"");
  }
}

void CheckJobName(const std::string& name) {
  if (!IsName(name, "-") || name.back() == '-') {
    throw UsageError("--job_name '" + name
                     + "' must be of lower-case letters, digits and -, begin with a letter, not end in -, and have at "
                       "most 63 characters");
  }
}

void CheckLabels(const std::map<std::string, std::string>& labels) {
  if (labels.size() > kMostLabels) throw UsageError("--labels: a job has at most 64 labels");
  for (const auto& [key, value] : labels) {
    const bool value_fits = value.size() <= kLongestName && std::all_of(value.begin(), value.end(), [](char c) {
                              return Contains(kLower, c) || Contains(kDigits, c) || Contains("_-", c);
                            });
    if (!IsName(key, "_-") || !value_fits) {
      throw UsageError(std::string("--labels ").append(key).append("=").append(value)
                       + " must be of lower-case letters, digits, _ and -, at most 63 of each, the key beginning with a "
                         "letter");
    }
  }
}

void CheckWorkers(const DataflowOptions& options) {
  struct Number {
    int value;
    const char* flag;
  };
  for (const Number& number :
       {Number{options.num_workers, "num_workers"}, Number{options.max_num_workers, "max_num_workers"},
        Number{options.disk_size_gb, "disk_size_gb"},
        Number{options.threads_per_worker, "number_of_worker_harness_threads"},
        Number{options.disk_provisioned_iops, "disk_provisioned_iops"},
        Number{options.disk_provisioned_throughput_mibps, "disk_provisioned_throughput_mibps"}}) {
    if (number.value < 0) throw UsageError(std::string("--") + number.flag + " must not be negative");
  }
  if (options.max_num_workers != 0 && options.num_workers > options.max_num_workers) {
    throw UsageError("--num_workers " + std::to_string(options.num_workers) + " is more than --max_num_workers "
                     + std::to_string(options.max_num_workers));
  }
  if (!options.worker_region.empty() && !options.worker_zone.empty()) {
    throw UsageError("--worker_region and --worker_zone exclude each other: leave one out");
  }
  // What the image is called is the registry's business; what is no image at all is not.
  if (options.container_image.find_first_of(" \t\n") != std::string::npos) {
    throw UsageError("--sdk_container_image '" + options.container_image + "' is no name of an image");
  }
}

// Of a flag that may be left out.
void CheckChoice(const std::string& value, const char* flag, std::span<const std::string_view> choices) {
  if (value.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) return;
  std::string names;
  for (const std::string_view choice : choices) names.append(names.empty() ? "" : " or ").append(choice);
  throw UsageError(std::string("--") + flag + " must be " + names + ", not '" + value + "'");
}

std::string DefaultJobName(const std::string& program, const std::string& unique) {
  std::string name;
  for (const char c : program) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (Contains(kLower, lower) || (!name.empty() && Contains(kDigits, lower))) {
      name += lower;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  if (name.empty()) name = "job-";
  name.resize(std::min(name.size(), kLongestName - unique.size() - 1));
  if (name.back() != '-') name += '-';
  return name + unique;
}

}  // namespace

void CompleteDataflowOptions(DataflowOptions& options, const std::string& program, const std::string& unique) {
  // As Google's own clients look for it, but that no server is asked.
  if (options.project.empty()) options.project = FromEnvironment("GOOGLE_CLOUD_PROJECT");
  if (options.project.empty()) options.project = FromEnvironment("GCLOUD_PROJECT");
  if (options.project.empty()) options.project = ProjectOfCredentials();
  if (options.project.empty()) options.project = GcloudProperty("core/project");
  if (options.region.empty()) options.region = GcloudProperty("compute/region");
  if (options.temp_location.empty()) options.temp_location = options.staging_location;
  if (options.staging_location.empty()) options.staging_location = options.temp_location;
  if (options.job_name.empty()) options.job_name = DefaultJobName(program, unique);

  Require(options.project, "project", "the id of the Google Cloud project that runs the job and pays for it");
  Require(options.region, "region", "where the job runs, such as europe-west4");
  Require(options.temp_location, "temp_location", "a folder of a bucket for what the job needs: gs://BUCKET/FOLDER");
  Require(options.container_image, "sdk_container_image",
          "the image of the workers, which Dataflow's machines can pull (docs/google_cloud.md)");
  CheckProject(options.project);
  if (!IsName(options.region, "-")) {
    throw UsageError("--region '" + options.region + "' is no region, such as europe-west4");
  }
  CheckLocation(options.temp_location, "temp_location");
  CheckLocation(options.staging_location, "staging_location");
  CheckJobName(options.job_name);
  CheckLabels(options.labels);
  CheckWorkers(options);
  CheckChoice(options.autoscaling_algorithm, "autoscaling_algorithm", kAutoscaling);
  if (options.flexrs_goal.starts_with(kFlexRsPrefix)) options.flexrs_goal.erase(0, kFlexRsPrefix.size());
  CheckChoice(options.flexrs_goal, "flexrs_goal", kFlexRsGoals);
  for (const std::string& experiment : options.experiments) {
    if (std::find(std::begin(kRefusedExperiments), std::end(kRefusedExperiments), experiment)
        != std::end(kRefusedExperiments)) {
      throw UsageError("--experiments " + experiment + " turns off what runs C++ workers: leave it out");
    }
    if (experiment.starts_with("worker_region=") && !(options.worker_region.empty() && options.worker_zone.empty())) {
      throw UsageError("--experiments " + experiment
                       + " is --worker_region by its former name, and that, or --worker_zone, is given as well: leave it "
                         "out");
    }
  }
}

}  // namespace beam
