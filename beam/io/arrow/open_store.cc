// The library's one symbol: the ArrowStore of a scheme, as options and environment say.
#include <arrow/filesystem/azurefs.h>
#include <arrow/filesystem/s3fs.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "beam/base/environment.h"
#include "beam/base/retry_pauses.h"
#include "beam/io/arrow/arrow_store.h"
#include "beam/io/arrow/aws_profile.h"
#include "beam/io/arrow/machine_metadata.h"

namespace beam::internal {
namespace {

using Kind = StoreAnswer::Kind;

constexpr double kS3ConnectSeconds = 3;
constexpr double kS3SilentSeconds = 8;  // a large listing's first page may take its time

struct Endpoint {
  std::string scheme;
  std::string authority;  // host, or host:port
};

// Of a URL, or of an authority alone.
Endpoint EndpointOf(std::string_view url, std::string_view scheme) {
  if (const std::size_t mark = url.find("://"); mark != std::string_view::npos) {
    scheme = url.substr(0, mark);
    url.remove_prefix(mark + 3);
  }
  return {std::string(scheme), std::string(url.substr(0, url.find('/')))};
}

// Parts of an upload are tried again one by one, so that an interruption does not cost the others. What cannot be
// reached at all, or is not trusted, is left to the caller.
class S3Retries final : public arrow::fs::S3RetryStrategy {
 public:
  explicit S3Retries(std::shared_ptr<const std::atomic<bool>> answered) : answered_(std::move(answered)) {}

  bool ShouldRetry(const AWSErrorDetail& error, std::int64_t attempted) override {
    const auto says = [&](std::string_view words) { return error.message.find(words) != std::string::npos; };
    return error.should_retry && attempted < kAttempts && !says("curlCode: 6,") && !says("curlCode: 7,")
        && !says("curlCode: 60,") && !says("curlCode: 77,") && (*answered_ || !IsTimeout(error.message));
  }

  std::int64_t CalculateDelayBeforeNextRetry(const AWSErrorDetail&, std::int64_t attempted) override {
    return kPauses.After(static_cast<int>(attempted) + 1).count();
  }

 private:
  static constexpr std::int64_t kAttempts = 6;
  static constexpr RetryPauses kPauses{std::chrono::milliseconds(100), std::chrono::milliseconds(3'000)};

  const std::shared_ptr<const std::atomic<bool>> answered_;
};

// AWS' client is started at most once in a process.
arrow::Status StartS3() {
  static std::once_flag once;
  static arrow::Status status;
  std::call_once(once, [] {
    DoWithoutUnreachableMetadata();
    arrow::fs::S3GlobalOptions options = arrow::fs::S3GlobalOptions::Defaults();
    options.log_level = arrow::fs::S3LogLevel::Off;
    status = arrow::fs::InitializeS3(options);
  });
  return status;
}

// It must be ended before its library goes, and says so at the exit. Registered once it was used, so that this comes
// before what its use has registered for the exit.
void EndS3AtExit() {
  static std::once_flag once;
  std::call_once(once, [] { std::atexit([] { static_cast<void>(arrow::fs::EnsureS3Finalized()); }); });
}

// Of the profile that the environment names. Clients read that when they are made.
class ScopedProfile {
 public:
  explicit ScopedProfile(const std::string& name) : before_(Environment(kVariable)) {
    ::setenv(kVariable, name.c_str(), 1);
  }
  ~ScopedProfile() {
    if (before_.empty()) {
      ::unsetenv(kVariable);
    } else {
      ::setenv(kVariable, before_.c_str(), 1);
    }
  }
  ScopedProfile(const ScopedProfile&) = delete;
  ScopedProfile& operator=(const ScopedProfile&) = delete;

 private:
  static constexpr const char* kVariable = "AWS_DEFAULT_PROFILE";  // counts before AWS_PROFILE
  const std::string before_;
};

// The keys of the role that a profile assumes: AWS' client does not ask for them by itself.
StoreAnswer AssumeRole(const AwsProfile& profile, arrow::fs::S3Options& s3) {
  const std::string which = "the profile " + profile.name + " ";
  const std::string instead =
      "; give it a credential_process, or set what \"aws configure export-credentials --profile " + profile.name
      + " --format env\" prints";
  if (!profile.mfa_serial.empty()) return {Kind::kNoCredentials, which + "wants a number to be typed in" + instead};
  const std::string& source = profile.source_profile.empty() ? profile.name : profile.source_profile;
  if (source != profile.name && !ReadAwsProfile(source).role_arn.empty()) {
    return {Kind::kNoCredentials, which + "assumes one role by another" + instead};
  }
  {
    const ScopedProfile scope(source);
    s3.ConfigureAssumeRoleCredentials(profile.role_arn, profile.role_session_name, profile.external_id);
  }
  // Without keys it would ask as nobody.
  if (!s3.GetAccessKey().empty()) return {};
  return {Kind::kNoCredentials, which + "was not given the keys of its role " + profile.role_arn};
}

StoreAnswer OpenStartedS3(const ObjectStoreOptions& options, std::unique_ptr<ObjectStore>& store) {
  auto s3 = arrow::fs::S3Options::Defaults();
  const AwsProfile profile = ReadAwsProfile();
  if (options.no_auth) {
    s3.ConfigureAnonymousCredentials();
  } else if (!options.s3_access_key_id.empty()) {
    s3.ConfigureAccessKey(options.s3_access_key_id, options.s3_secret_access_key, options.s3_session_token);
  } else if (!profile.role_arn.empty() && Environment("AWS_ACCESS_KEY_ID").empty()) {
    if (StoreAnswer answer = AssumeRole(profile, s3); !answer.ok()) return answer;
  }
  std::string url = options.s3_endpoint_url;
  for (const char* name : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
    if (url.empty()) url = Environment(name);
  }
  if (url.empty()) url = profile.endpoint_url;
  if (!url.empty()) {
    Endpoint endpoint = EndpointOf(url, "https");
    s3.scheme = std::move(endpoint.scheme);
    s3.endpoint_override = std::move(endpoint.authority);
  }
  s3.region = options.s3_region_name;
  // A store of another make seldom minds the region, but without one the client asks the machine's metadata server.
  if (s3.region.empty() && !url.empty() && Environment("AWS_REGION").empty()
      && Environment("AWS_DEFAULT_REGION").empty()) {
    s3.region = profile.region.empty() ? "us-east-1" : profile.region;
  }
  s3.connect_timeout = kS3ConnectSeconds;
  s3.request_timeout = kS3SilentSeconds;
  s3.allow_delayed_open = true;  // small objects go in one request
  ArrowStoreTraits traits;
  s3.retry_strategy = std::make_shared<S3Retries>(traits.answered);
  auto files = arrow::fs::S3FileSystem::Make(s3);
  if (!files.ok()) return AnswerOf(files.status());
  if (!options.no_auth) traits.has_credentials = [s3] { return !s3.GetAccessKey().empty(); };
  store = std::make_unique<ArrowStore>(*std::move(files), std::move(traits));
  return {};
}

StoreAnswer OpenS3(const ObjectStoreOptions& options, std::unique_ptr<ObjectStore>& store) {
  if (const arrow::Status status = StartS3(); !status.ok()) return AnswerOf(status);
  StoreAnswer answer = OpenStartedS3(options, store);
  EndS3AtExit();
  return answer;
}

// The value of "name=value" among the parts of a connection string.
std::string PartOf(std::string_view connection, std::string_view name) {
  while (!connection.empty()) {
    const std::string_view part = connection.substr(0, connection.find(';'));
    connection.remove_prefix(std::min(connection.size(), part.size() + 1));
    if (part.starts_with(name) && part.substr(name.size()).starts_with('=')) {
      return std::string(part.substr(name.size() + 1));
    }
  }
  return {};
}

StoreAnswer OpenAzure(const ObjectStoreOptions& options, std::unique_ptr<ObjectStore>& store) {
  std::string connection = options.azure_connection_string;
  if (connection.empty()) connection = Environment("AZURE_STORAGE_CONNECTION_STRING");
  arrow::fs::AzureOptions azure;
  azure.account_name = PartOf(connection, "AccountName");
  if (azure.account_name.empty()) azure.account_name = Environment("AZURE_STORAGE_ACCOUNT");
  if (azure.account_name.empty()) {
    return {Kind::kNoCredentials, "there is neither AZURE_STORAGE_CONNECTION_STRING nor AZURE_STORAGE_ACCOUNT"};
  }
  if (const std::string url = PartOf(connection, "BlobEndpoint"); !url.empty()) {
    const Endpoint endpoint = EndpointOf(url, "https");
    azure.blob_storage_scheme = azure.dfs_storage_scheme = endpoint.scheme;
    azure.blob_storage_authority = azure.dfs_storage_authority = endpoint.authority;
  }
  const std::string key = PartOf(connection, "AccountKey");
  const std::string signature = PartOf(connection, "SharedAccessSignature");
  arrow::Status status;
  if (options.no_auth) {
    status = azure.ConfigureAnonymousCredential();
  } else if (!key.empty()) {
    status = azure.ConfigureAccountKeyCredential(key);
  } else if (!signature.empty()) {
    // Arrow puts it behind its addresses as it is; in connection strings it has no question mark.
    status = azure.ConfigureSASCredential(signature.starts_with('?') ? signature : "?" + signature);
  } else if (!options.azure_managed_identity_client_id.empty()) {
    status = azure.ConfigureManagedIdentityCredential(options.azure_managed_identity_client_id);
  } else {
    status = azure.ConfigureDefaultCredential();
  }
  if (!status.ok()) return AnswerOf(status);
  auto files = arrow::fs::AzureFileSystem::Make(azure);
  if (!files.ok()) return AnswerOf(files.status());
  store = std::make_unique<ArrowStore>(*std::move(files),
                                       ArrowStoreTraits{.address = azure.AccountBlobUrl(azure.account_name)});
  return {};
}

}  // namespace
}  // namespace beam::internal

extern "C" __attribute__((visibility("default"))) void klay_beam_open_object_store_9(
    const beam::ObjectStoreOptions& options, std::unique_ptr<beam::internal::ObjectStore>& store,
    beam::internal::StoreAnswer& answer) {
  answer = beam::internal::Answering([&] {
    if (options.scheme == "s3") return beam::internal::OpenS3(options, store);
    return beam::internal::OpenAzure(options, store);
  });
}
