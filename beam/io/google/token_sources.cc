#include "beam/io/google/token_sources.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "beam/io/google/signed_jwt.h"
#include "beam/io/percent_encoding.h"

namespace beam::internal {
namespace {

using Kind = CredentialsError::Kind;
using Json = nlohmann::json;

constexpr std::chrono::seconds kLifetime{3600};  // the longest that is given

std::string Written(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Kind KindOf(HttpFailure::Cause cause) {
  switch (cause) {
    case HttpFailure::Cause::kUnreachable: return Kind::kUnreachable;
    case HttpFailure::Cause::kUntrusted: return Kind::kUntrusted;
    default: return Kind::kBusy;
  }
}

struct Answer {
  int status;
  Json json;
  std::string text;  // for errors
};

// The part of an error's answer that is for people, of whichever form.
std::string Explanation(const std::string& body, const Json& json) {
  std::string text;
  const auto add = [&](const Json& value) {
    if (value.is_string()) text += (text.empty() ? "" : ": ") + value.get<std::string>();
  };
  if (json.is_object()) {
    if (const auto error = json.find("error"); error != json.end()) {
      add(*error);
      if (error->is_object()) add(error->value("message", Json()));
    }
    add(json.value("error_description", Json()));
  }
  if (text.empty()) text = body.substr(0, 200);
  std::replace_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

Answer Ask(HttpChannel& channel, const HttpRequest& request) {
  try {
    channel.Start(request);
    const int status = channel.Status();
    const std::string body = channel.ReceiveAll();
    Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
    std::string text = std::to_string(status) + " " + Explanation(body, json);
    return {status, std::move(json), std::move(text)};
  } catch (const HttpFailure& failure) {
    throw CredentialsError(KindOf(failure.cause()),
                           "the server of Google's tokens (" + request.url + ") did not answer: " + failure.what());
  }
}

void ThrowUnlessGood(const Answer& answer, const std::string& whose) {
  if (answer.status == 200) return;
  const bool may_pass = answer.status == 408 || answer.status == 429 || answer.status >= 500;
  throw CredentialsError(may_pass ? Kind::kBusy : Kind::kRefused,
                         "Google gives no token for " + whose + " (" + answer.text + ")");
}

FetchedToken TokenOf(const Answer& answer, const std::string& whose) {
  ThrowUnlessGood(answer, whose);
  const Json& json = answer.json;
  if (json.is_object()) {
    const Json token = json.value("access_token", Json());
    const Json seconds = json.value("expires_in", Json());
    if (token.is_string() && !token.get_ref<const std::string&>().empty() && seconds.is_number()) {
      const double lifetime = std::clamp(seconds.get<double>(), 0.0, 86'400.0);
      return {token.get<std::string>(), std::chrono::seconds(static_cast<std::int64_t>(lifetime))};
    }
  }
  throw CredentialsError(Kind::kBusy, "the token for " + whose + " came in a form that is not known");
}

std::string Joined(const Scopes& scopes, char separator) {
  std::string text;
  for (const std::string& scope : scopes) text += (text.empty() ? "" : std::string(1, separator)) + scope;
  return text;
}

Answer PostForm(HttpChannel& channel, const std::string& url,
                const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    body += (body.empty() ? "" : "&") + name + "=" + PercentEncoded(value);
  }
  return Ask(channel,
             {.method = "POST",
              .url = url,
              .headers = {"Content-Type: application/x-www-form-urlencoded"},
              .body = body,
              .by_proxy = true});
}

}  // namespace

std::string ServiceAccountTokens::Assertion() const {
  const Json header = {{"alg", "RS256"}, {"typ", "JWT"}, {"kid", key_.private_key_id}};
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const Json claims = {{"iss", key_.client_email},
                       {"scope", Joined(scopes_, ' ')},
                       {"aud", key_.token_uri},
                       {"iat", now},
                       {"exp", now + kLifetime.count()}};
  try {
    return SignedJwt(Written(header), Written(claims), key_.private_key);
  } catch (const Error& error) {
    throw CredentialsError(Kind::kRefused,
                           "the private_key in " + key_.file + " cannot be used: " + error.what()
                               + "; make a new key for the service account");
  }
}

FetchedToken ServiceAccountTokens::Fetch() {
  const Answer answer =
      PostForm(channel_, key_.token_uri,
               {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", Assertion()}});
  return TokenOf(answer, "the service account " + key_.client_email + " of " + key_.file);
}

FetchedToken UserTokens::Fetch() {
  const Answer answer = PostForm(channel_, user_.token_uri,
                                 {{"grant_type", "refresh_token"},
                                  {"client_id", user_.client_id},
                                  {"client_secret", user_.client_secret},
                                  {"refresh_token", user_.refresh_token}});
  return TokenOf(answer, "the user of " + user_.file);
}

FetchedToken MachineTokens::Fetch() {
  const char* host = std::getenv("GCE_METADATA_HOST");
  if (host == nullptr || *host == '\0') host = "metadata.google.internal";
  const HttpRequest request = {.url = std::string("http://") + host
                                   + "/computeMetadata/v1/instance/service-accounts/default/token"
                                   + (scopes_.empty() ? "" : "?scopes=" + PercentEncoded(Joined(scopes_, ','))),
                               .headers = {"Metadata-Flavor: Google"}};
  try {
    return TokenOf(Ask(channel_, request), "the service account of this machine");
  } catch (const CredentialsError& error) {
    if (error.kind() != Kind::kUnreachable) throw;
    throw CredentialsError(Kind::kRefused,
                           "there is neither GOOGLE_APPLICATION_CREDENTIALS, nor a login by gcloud, nor a metadata "
                           "server of a machine of Google's ("
                               + std::string(error.what()) + ")");
  }
}

FetchedToken ImpersonatedTokens::Fetch() {
  const FetchedToken own = source_->Fetch();
  Json json = {{"scope", scopes_}, {"lifetime", std::to_string(kLifetime.count()) + "s"}};
  if (!target_.delegates.empty()) json["delegates"] = target_.delegates;
  const std::string body = Written(json);
  const Answer answer = Ask(channel_,
                            {.method = "POST",
                             .url = target_.url,
                             .headers = {"Content-Type: application/json", "Authorization: Bearer " + own.value},
                             .body = body,
                             .by_proxy = true});
  const std::string whose = "the impersonated service account (" + target_.url + ")";
  ThrowUnlessGood(answer, whose);
  const Json token = answer.json.is_object() ? answer.json.value("accessToken", Json()) : Json();
  if (!token.is_string() || token.get_ref<const std::string&>().empty()) {
    throw CredentialsError(Kind::kBusy, "the token for " + whose + " came in a form that is not known");
  }
  return {token.get<std::string>(), kLifetime};
}

}  // namespace beam::internal
