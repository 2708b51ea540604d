#include "beam/io/gcs/gcs_http.h"

#include <chrono>
#include <utility>
#include <vector>

#include "beam/io/gcs/gcs_answers.h"
#include "beam/io/percent_encoding.h"
#include "beam/io/retry_after.h"

namespace beam::internal {
namespace {

using Kind = StoreAnswer::Kind;

Kind KindOf(CredentialsError::Kind kind) {
  switch (kind) {
    case CredentialsError::Kind::kUnreachable: return Kind::kUnreachable;
    case CredentialsError::Kind::kUntrusted: return Kind::kUntrusted;
    case CredentialsError::Kind::kBusy: return Kind::kBusy;
    default: return Kind::kNoCredentials;
  }
}

std::string BucketOf(std::string_view name) { return PercentEncoded(name.substr(0, name.find('/'))); }

}  // namespace

std::string GcsHttp::BucketUrl(std::string_view name, std::string_view query) const {
  return endpoint_ + "/storage/v1/b/" + BucketOf(name) + "/o?" + std::string(query);
}

std::string GcsHttp::ObjectUrl(std::string_view name, std::string_view query) const {
  return endpoint_ + "/storage/v1/b/" + BucketOf(name) + "/o/" + PercentEncoded(name.substr(name.find('/') + 1)) + "?"
      + std::string(query);
}

std::string GcsHttp::UploadUrl(std::string_view name, std::string_view query) const {
  return endpoint_ + "/upload/storage/v1/b/" + BucketOf(name) + "/o?" + std::string(query);
}

template <class Ask>
StoreAnswer GcsHttp::WithToken(HttpRequest& request, const HttpReply& reply, const Ask& ask) {
  request.by_proxy = by_proxy_;
  const std::vector<std::string> headers = std::move(request.headers);
  for (int requests = 1;; ++requests) {
    AccessToken token;
    try {
      token = credentials_->Get();
    } catch (const CredentialsError& error) {
      return {KindOf(error.kind()), error.what(), requests - 1};
    }
    request.headers = token.Headers();
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    StoreAnswer answer = ask();
    answer.requests = requests;
    if (!answer.ok() || reply.status != 401 || credentials_->anonymous() || requests > 1) return answer;
    credentials_->Invalidate(token);
  }
}

StoreAnswer GcsHttp::Exchange(HttpRequest request, HttpReply& reply, std::span<char> room) {
  return WithToken(request, reply, [&] { return http_.Exchange(request, reply, room); });
}

StoreAnswer GcsHttp::Begin(HttpRequest request, HttpReply& reply, std::unique_ptr<HttpChannel>& channel) {
  return WithToken(request, reply, [&] { return http_.Begin(request, reply, channel); });
}

StoreAnswer JudgedReply(StoreAnswer answer, const HttpReply& reply) {
  if (!answer.ok()) return answer;
  answer.kind = KindOfStatus(reply.status);
  if (answer.ok()) return answer;
  GcsError error = ParseGcsError(reply.body);
  // What is a matter of time, but answered like a matter of permission.
  if (error.reason == "rateLimitExceeded" || error.reason == "userRateLimitExceeded") answer.kind = Kind::kBusy;
  if (answer.kind == Kind::kBusy) answer.retry_after = RetryAfter(reply.headers, std::chrono::system_clock::now());
  answer.text = std::to_string(reply.status) + " " + std::move(error.text);
  return answer;
}

}  // namespace beam::internal
