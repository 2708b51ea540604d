#include "tests/dataflow/token_stand_in.h"

#include <utility>

namespace beam::testing_dataflow {
namespace {

constexpr const char* kMachine = "/computeMetadata/v1/instance/service-accounts/default/token";
constexpr const char* kAccounts = "/v1/projects/-/serviceAccounts/";
constexpr const char* kWorker = "worker@my-project.iam.gserviceaccount.com";

}  // namespace

Json TokenStandIn::User(const std::string& url) {
  return {{"type", "authorized_user"},  {"client_id", "me"},           {"client_secret", "secret"},
          {"refresh_token", "refresh"}, {"quota_project_id", "payer"}, {"token_uri", url + "/token"}};
}

Json TokenStandIn::ServiceAccount(const std::string& url) const {
  return {{"type", "service_account"},
          {"client_email", kWorker},
          {"private_key", key_.Pem()},
          {"private_key_id", "1"},
          {"token_uri", url + "/token"}};
}

Json TokenStandIn::Impersonated(const std::string& url, const Json& source) {
  return {{"type", "impersonated_service_account"},
          {"service_account_impersonation_url", url + kAccounts + "boss:generateAccessToken"},
          {"source_credentials", source}};
}

std::optional<Reply> TokenStandIn::Answer(const Request& request) {
  std::optional<std::string> whose;
  const bool acts = request.target.starts_with(kAccounts);
  if (request.target == "/token") {
    whose = OfForm(request.body);
  } else if (request.target.starts_with(kMachine)) {
    if (request.Header("metadata-flavor") == "Google") whose = "machine";
  } else if (acts) {
    whose = Acting(request);
  } else {
    return std::nullopt;
  }
  if (!whose) return Reply{.status = 403, .body = R"({"error": {"message": "you are nobody"}})"};
  const std::string token = Give(*whose);
  return Reply{.body = acts ? Json{{"accessToken", token}, {"expireTime", "2026-01-01T00:00:00Z"}}.dump()
                            : Json{{"access_token", token}, {"expires_in", 3600}}.dump()};
}

std::optional<std::string> TokenStandIn::OfForm(const std::string& form) const {
  auto fields = testing_google::FieldsOf(form);
  if (fields["grant_type"] == "refresh_token") {
    return fields["refresh_token"] == "refresh" ? std::optional<std::string>("user") : std::nullopt;
  }
  const auto jwt = testing_google::ParseJwt(fields["assertion"], key_);
  return jwt && jwt->claims.value("iss", "") == kWorker ? std::optional<std::string>("worker") : std::nullopt;
}

std::optional<std::string> TokenStandIn::Acting(const Request& request) const {
  const std::optional<std::string> who = Asker(request);
  if (!who) return std::nullopt;
  const std::string account = request.target.substr(std::string(kAccounts).size());
  std::string text = account.substr(0, account.find(':')) + " by " + *who;
  const Json body = Json::parse(request.body);
  for (const std::string delegate : body.value("delegates", Json::array())) {
    text += " through " + delegate.substr(delegate.rfind('/') + 1);
  }
  return text;
}

std::string TokenStandIn::Give(const std::string& whose) {
  const std::lock_guard lock(mutex_);
  std::string token = "token-" + std::to_string(++given_);
  good_[token] = whose;
  return token;
}

std::optional<std::string> TokenStandIn::Asker(const Request& request) const {
  const std::string header = request.Header("authorization");
  const std::string bearer = "Bearer ";
  if (!header.starts_with(bearer)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = good_.find(header.substr(bearer.size()));
  return found == good_.end() ? std::nullopt : std::optional(found->second);
}

void TokenStandIn::Revoke() {
  const std::lock_guard lock(mutex_);
  good_.clear();
}

int TokenStandIn::given() const {
  const std::lock_guard lock(mutex_);
  return given_;
}

}  // namespace beam::testing_dataflow
