#include "beam/io/gcs/gcs_store.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "beam/io/gcs/gcs_answers.h"
#include "beam/io/gcs/gcs_reader.h"
#include "beam/io/percent_encoding.h"

namespace beam::internal {
namespace {

using Kind = StoreAnswer::Kind;

constexpr const char* kEndpoint = "https://storage.googleapis.com";

StoreAnswer NotUnderstood(const StoreAnswer& answer) {
  return {Kind::kBusy, "the store's answer came in a form that is not known", answer.requests};
}

std::string KeyOf(std::string_view name) { return std::string(name.substr(name.find('/') + 1)); }
std::string BucketOf(std::string_view name) { return std::string(name.substr(0, name.find('/') + 1)); }

}  // namespace

StoreAnswer GcsStore::Look(const std::string& name, ObjectInfo& info) {
  // A bucket is looked at as its folder, which who may list its objects may do.
  if (name.find('/') == std::string::npos) return LookForFolder(name + "/", info);
  HttpReply reply;
  StoreAnswer answer = JudgedReply(
      http_->Exchange({.url = http_->ObjectUrl(name, "fields=name,size,updated,generation")}, reply), reply);
  if (answer.kind == Kind::kNotFound) {
    StoreAnswer folder = LookForFolder(name + "/", info);
    folder.requests += answer.requests;
    return folder;
  }
  if (!answer.ok()) return answer;
  const std::optional<GcsObject> object = ParseGcsObject(reply.body);
  if (!object) return NotUnderstood(answer);
  info = {.name = name,
          .size_in_bytes = object->size_in_bytes,
          .last_updated_in_seconds = object->last_updated_in_seconds,
          .version = object->generation};
  return answer;
}

StoreAnswer GcsStore::LookForFolder(const std::string& folder, ObjectInfo& info) {
  const std::string key = KeyOf(folder);
  const std::string query = "fields=items(name)&maxResults=1&prefix=" + PercentEncoded(key);
  HttpReply reply;
  StoreAnswer answer = JudgedReply(http_->Exchange({.url = http_->BucketUrl(folder, query)}, reply), reply);
  if (!answer.ok()) return answer;
  const std::optional<GcsPage> page = ParseGcsPage(reply.body, BucketOf(folder));
  if (!page) return NotUnderstood(answer);
  // A bucket may be empty.
  if (page->entries.empty() && !page->has_markers && !key.empty()) {
    return {Kind::kNotFound, "there is nothing of this name", answer.requests};
  }
  info = {.name = folder};
  return answer;
}

StoreAnswer GcsStore::ListPage(const PageRequest& request, ObjectPage& page) {
  // No more than a thousand come at once, whatever is asked for.
  std::string query = "maxResults=1000&fields=items(name,size,updated,generation),nextPageToken";
  if (!request.recursive) query += ",prefixes&delimiter=%2F";
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty()) query += std::string("&") + name + "=" + PercentEncoded(value);
  };
  add("prefix", KeyOf(request.prefix));
  if (!request.begin.empty()) add("startOffset", KeyOf(request.begin));
  if (!request.end.empty()) add("endOffset", KeyOf(request.end));
  add("pageToken", request.token);
  HttpReply reply;
  StoreAnswer answer = JudgedReply(http_->Exchange({.url = http_->BucketUrl(request.prefix, query)}, reply), reply);
  if (!answer.ok()) return answer;
  std::optional<GcsPage> parsed = ParseGcsPage(reply.body, BucketOf(request.prefix));
  if (!parsed) return NotUnderstood(answer);
  page = {.objects = std::move(parsed->entries), .next = std::move(parsed->next_page_token)};
  return answer;
}

StoreAnswer GcsStore::Open(const std::string& name, std::unique_ptr<ObjectReader>& reader) {
  return OpenGcsObject(http_, name, reader);
}

StoreAnswer GcsStore::PutSome(const std::string& name, std::string_view bytes, PutProgress& progress) {
  return PutGcsObject(*http_, name, bytes, uploads_, progress);
}

StoreAnswer GcsStore::CopySome(const std::string& from, std::int64_t version, const std::string& to,
                               CopyProgress& progress) {
  const std::string source = http_->ObjectUrl(from, "");
  const std::string target = http_->ObjectUrl(to, "");
  std::string url = source.substr(0, source.size() - 1) + "/rewriteTo" + target.substr(target.find("/b/"))
      + "fields=done,rewriteToken,totalBytesRewritten";
  if (version != 0) url += "&ifSourceGenerationMatch=" + std::to_string(version);
  if (!progress.copy.empty()) url += "&rewriteToken=" + PercentEncoded(progress.copy);
  HttpReply reply;
  StoreAnswer answer = JudgedReply(http_->Exchange({.method = "POST", .url = url}, reply), reply);
  if (!progress.copy.empty() && (reply.status == 400 || reply.status == 410)) {
    // It knows nothing of it any more: all of it anew.
    progress = {};
    answer.kind = Kind::kBusy;
  }
  if (!answer.ok()) return answer;
  const std::optional<GcsRewrite> rewrite = ParseGcsRewrite(reply.body);
  if (!rewrite) return NotUnderstood(answer);
  progress.done = rewrite->done;
  progress.copy = rewrite->token;
  const bool gets_on = rewrite->done || rewrite->bytes > progress.copied;
  progress.copied = std::max(progress.copied, rewrite->bytes);
  if (!gets_on) return {Kind::kBusy, "the store copied nothing", answer.requests};
  return answer;
}

StoreAnswer GcsStore::Delete(const std::string& name) {
  HttpReply reply;
  return JudgedReply(http_->Exchange({.method = "DELETE", .url = http_->ObjectUrl(name, "")}, reply), reply);
}

StoreAnswer OpenGcsStore(const ObjectStoreOptions& options, std::unique_ptr<ObjectStore>& store) {
  const char* const emulator = std::getenv("STORAGE_EMULATOR_HOST");
  const bool emulated = emulator != nullptr && *emulator != '\0';
  std::string endpoint = emulated ? emulator : kEndpoint;
  if (endpoint.find("://") == std::string::npos) endpoint = "http://" + endpoint;
  while (endpoint.ends_with('/')) endpoint.pop_back();
  try {
    std::unique_ptr<GoogleCredentials> credentials =
        GoogleCredentials::Find({.anonymous = options.no_auth || emulated,
                                 .impersonate_service_account = options.impersonate_service_account,
                                 .scopes = options.gcp_oauth_scopes});
    store = std::make_unique<GcsStore>(
        std::make_shared<GcsHttp>(std::move(endpoint), std::move(credentials), /*by_proxy=*/!emulated));
    return {};
  } catch (const CredentialsError& error) {
    return {Kind::kNoCredentials, error.what()};
  }
}

}  // namespace beam::internal
