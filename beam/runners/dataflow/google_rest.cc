#include "beam/runners/dataflow/google_rest.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "beam/base/version.h"
#include "beam/io/retry_after.h"

namespace beam {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kWatchFactor = 10;

bool IsBusy(int status) { return status == 408 || status == 429 || status >= 500; }

// What the service says went wrong: {"error": {"code": 403, "message": "...", "status": "PERMISSION_DENIED"}}.
std::string ReasonIn(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("error")) {
    const auto& error = json["error"];
    if (error.is_object() && error.contains("message") && error["message"].is_string()) {
      return error["message"].get<std::string>();
    }
    if (error.is_string()) return error.get<std::string>();
  }
  return body.substr(0, 200);
}

}  // namespace

GoogleRest::Answer GoogleRest::Ask(const Request& request) {
  Answer answer;
  const AccessToken token = credentials_->Get();
  internal::HttpRequest http{
      .method = request.method, .url = request.url, .headers = token.Headers(), .body = request.body, .by_proxy = true};
  // Google's services count by this name.
  http.headers.push_back(std::string("User-Agent: Apache-Beam-SDK-for-Cpp/") + kVersion + " (GPN:Beam)");
  if (!request.body.empty()) http.headers.push_back("Content-Type: application/json");
  try {
    channel_.Start(http);
    answer.status = channel_.Status();
    answer.body = channel_.ReceiveAll();
    answer.retry_after = internal::RetryAfter(channel_.headers(), std::chrono::system_clock::now());
  } catch (const internal::HttpFailure& failure) {
    answer = {.status = 0, .body = "", .failure = failure.what(), .retry_after = {}};
  }
  if (answer.status == 401) credentials_->Invalidate(token);
  return answer;
}

milliseconds GoogleRest::PatienceFor(const Answer& answer, const Request& request) const {
  if (hurried_) return milliseconds(0);
  if (answer.status == 0 || IsBusy(answer.status)) return request.is_watch ? kWatchFactor * policy_.busy : policy_.busy;
  return answer.status == 404 && request.may_lag ? policy_.lag : milliseconds(0);
}

std::string GoogleRest::Call(const Request& request) {
  const Clock::time_point begin = Clock::now();
  bool has_new_token = false;
  for (int failures = 1;; ++failures) {
    Answer answer = Ask(request);
    if (answer.status >= 200 && answer.status < 300) return std::move(answer.body);
    if (answer.status == 401 && !has_new_token && !credentials_->anonymous()) {
      has_new_token = true;
      answer = Ask(request);
      if (answer.status >= 200 && answer.status < 300) return std::move(answer.body);
    }
    const milliseconds pause = answer.retry_after + policy_.pauses.After(failures);
    if (Clock::now() - begin + pause > PatienceFor(answer, request)) {
      throw RestError(answer.status,
                      answer.status == 0
                          ? service_ + " does not answer: " + answer.failure
                          : service_ + " answers " + std::to_string(answer.status) + ": " + ReasonIn(answer.body));
    }
    PauseUnlessCancelled(pause);
  }
}

void GoogleRest::HurryUp() {
  hurried_ = true;
  channel_.HurryUp();
}

}  // namespace beam
