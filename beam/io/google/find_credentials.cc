// GoogleCredentials::Find(): the files that say who one is.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <utility>

#include "beam/base/environment.h"
#include "beam/io/google/credentials.h"
#include "beam/io/google/gcloud_config.h"
#include "beam/io/google/token_sources.h"
#include "beam/io/path_text.h"

namespace beam {
namespace {

using internal::Environment;

using internal::Quoted;
using internal::TokenSource;
using Json = nlohmann::json;

constexpr const char* kTokenUri = "https://oauth2.googleapis.com/token";
constexpr const char* kAllOfGoogleCloud = "https://www.googleapis.com/auth/cloud-platform";
constexpr const char* kIamCredentials = "https://iamcredentials.googleapis.com/";

[[noreturn]] void Refuse(const std::string& file, const std::string& why) {
  throw CredentialsError(CredentialsError::Kind::kRefused,
                         "the credentials in " + Quoted(file) + " cannot be used: " + why
                             + "; name another file by GOOGLE_APPLICATION_CREDENTIALS, or run \"gcloud auth "
                               "application-default login\"");
}

// The file's path, or nothing if there is none.
std::optional<std::string> FindFile() {
  if (std::string named = Environment("GOOGLE_APPLICATION_CREDENTIALS"); !named.empty()) return named;
  std::string folder = Environment("CLOUDSDK_CONFIG");
  if (folder.empty()) folder = Environment("HOME") + "/.config/gcloud";
  std::string file = folder + "/application_default_credentials.json";
  std::error_code error;
  if (std::filesystem::exists(file, error)) return file;
  return std::nullopt;
}

Json Parsed(const std::ifstream& stream) {
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  return Json::parse(bytes.str(), nullptr, /*allow_exceptions=*/false);
}

Json ReadFile(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) Refuse(file, std::string("it cannot be opened (") + std::strerror(errno) + ")");
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) Refuse(file, "it is a folder");
  Json json = Parsed(stream);
  if (!json.is_object()) Refuse(file, "it is no JSON object");
  return json;
}

std::string TextOr(const Json& json, const char* name, std::string otherwise) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::move(otherwise);
}

std::string Text(const std::string& file, const Json& json, const char* name) {
  std::string text = TextOr(json, name, "");
  if (text.empty()) Refuse(file, std::string("it has no ") + name);
  return text;
}

std::unique_ptr<TokenSource> SourceOf(const std::string& file, const Json& json, const internal::Scopes& scopes) {
  const std::string type = Text(file, json, "type");
  if (type == "service_account") {
    return std::make_unique<internal::ServiceAccountTokens>(
        internal::ServiceAccountTokens::Key{.file = file,
                                            .client_email = Text(file, json, "client_email"),
                                            .private_key = Text(file, json, "private_key"),
                                            .private_key_id = TextOr(json, "private_key_id", ""),
                                            .token_uri = TextOr(json, "token_uri", kTokenUri)},
        scopes);
  }
  if (type == "authorized_user") {
    return std::make_unique<internal::UserTokens>(
        internal::UserTokens::User{.file = file,
                                   .client_id = Text(file, json, "client_id"),
                                   .client_secret = Text(file, json, "client_secret"),
                                   .refresh_token = Text(file, json, "refresh_token"),
                                   .token_uri = TextOr(json, "token_uri", kTokenUri)});
  }
  if (type == "impersonated_service_account") {
    const auto source = json.find("source_credentials");
    if (source == json.end() || !source->is_object()) Refuse(file, "it has no source_credentials");
    if (TextOr(*source, "type", "") == type) Refuse(file, "its source_credentials are of its own type");
    internal::ImpersonatedTokens::Target target{.url = Text(file, json, "service_account_impersonation_url"),
                                                .delegates = {}};
    if (const auto delegates = json.find("delegates"); delegates != json.end() && delegates->is_array()) {
      for (const Json& delegate : *delegates) {
        if (delegate.is_string()) target.delegates.push_back(delegate);
      }
    }
    return std::make_unique<internal::ImpersonatedTokens>(SourceOf(file, *source, {kAllOfGoogleCloud}),
                                                          std::move(target), scopes);
  }
  Refuse(file,
         "their type " + Quoted(type)
             + " is not supported, as that of a service account's key, of a user and of who impersonates is");
}

// "delegate,...,account".
internal::ImpersonatedTokens::Target TargetOf(const std::string& accounts) {
  internal::ImpersonatedTokens::Target target;
  std::size_t begin = 0;
  for (std::size_t comma = accounts.find(','); comma != std::string::npos; comma = accounts.find(',', begin)) {
    target.delegates.push_back("projects/-/serviceAccounts/" + accounts.substr(begin, comma - begin));
    begin = comma + 1;
  }
  // Where gcloud has been told of another address, as behind Private Service Connect, that one is meant.
  std::string service = GcloudProperty("api_endpoint_overrides/iamcredentials");
  if (service.empty()) service = kIamCredentials;
  if (!service.ends_with('/')) service += '/';
  target.url = service + "v1/projects/-/serviceAccounts/" + accounts.substr(begin) + ":generateAccessToken";
  return target;
}

}  // namespace

std::unique_ptr<GoogleCredentials> GoogleCredentials::Find(const GoogleCredentialOptions& options) {
  if (options.anonymous) return std::make_unique<GoogleCredentials>(nullptr);
  const bool impersonates = !options.impersonate_service_account.empty();
  internal::Scopes scopes = options.scopes;
  if (scopes.empty()) scopes = {kAllOfGoogleCloud};
  // Who impersonates asks for that, whatever the tokens are to be good for.
  const internal::Scopes own = impersonates ? internal::Scopes{kAllOfGoogleCloud} : scopes;
  std::unique_ptr<TokenSource> source;
  std::string quota_project = Environment("GOOGLE_CLOUD_QUOTA_PROJECT");
  if (const std::optional<std::string> file = FindFile()) {
    const Json json = ReadFile(*file);
    source = SourceOf(*file, json, own);
    if (quota_project.empty()) quota_project = TextOr(json, "quota_project_id", "");
  } else {
    source = std::make_unique<internal::MachineTokens>(impersonates ? internal::Scopes() : options.scopes);
  }
  if (impersonates) {
    source = std::make_unique<internal::ImpersonatedTokens>(std::move(source),
                                                            TargetOf(options.impersonate_service_account), scopes);
  }
  return std::make_unique<GoogleCredentials>(std::move(source), std::move(quota_project));
}

std::string ProjectOfCredentials() {
  const std::optional<std::string> file = FindFile();
  if (!file) return "";
  std::ifstream stream(*file, std::ios::binary);
  const Json json = Parsed(stream);
  return json.is_object() ? TextOr(json, "project_id", "") : "";
}

}  // namespace beam
