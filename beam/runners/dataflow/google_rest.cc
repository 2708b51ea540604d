#include "beam/runners/dataflow/google_rest.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "beam/base/cancel.h"
#include "beam/base/version.h"

namespace beam {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{500};
constexpr milliseconds kLongestPause{8'000};
// A signal handler can wake nobody, so its flag is looked at.
constexpr milliseconds kPollTime{20};

bool IsBusy(int status) { return status == 408 || status == 429 || status >= 500; }

// Half to the whole of `pause`, by chance, so that those who were refused together do not come back together.
void Rest(milliseconds pause) {
  std::minstd_rand random(std::random_device{}());
  const auto end = std::chrono::steady_clock::now()
      + milliseconds(std::uniform_int_distribution<milliseconds::rep>(pause.count() / 2, pause.count())(random));
  while (std::chrono::steady_clock::now() < end) {
    ThrowIfCancelled();
    std::this_thread::sleep_for(kPollTime);
  }
}

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
  } catch (const internal::HttpFailure& failure) {
    answer = {.status = 0, .body = "", .failure = failure.what()};
  }
  if (answer.status == 401) credentials_->Invalidate(token);
  return answer;
}

std::string GoogleRest::Call(const Request& request) {
  milliseconds pause = kFirstPause;
  bool has_new_token = false;
  for (int attempt = 1;; ++attempt) {
    Answer answer = Ask(request);
    if (answer.status >= 200 && answer.status < 300) return std::move(answer.body);
    if (answer.status == 401 && !has_new_token && !credentials_->anonymous()) {
      has_new_token = true;
      continue;
    }
    const bool may_pass = answer.status == 0 || IsBusy(answer.status) || (answer.status == 404 && request.may_lag);
    if (!may_pass || attempt >= request.attempts || hurried_) {
      throw RestError(answer.status,
                      answer.status == 0
                          ? service_ + " does not answer: " + answer.failure
                          : service_ + " answers " + std::to_string(answer.status) + ": " + ReasonIn(answer.body));
    }
    Rest(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

void GoogleRest::HurryUp() {
  hurried_ = true;
  channel_.HurryUp();
}

}  // namespace beam
