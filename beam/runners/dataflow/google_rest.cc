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

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kWatchFactor = 10;
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

milliseconds GoogleRest::PatienceFor(const Answer& answer, const Request& request) const {
  if (hurried_) return milliseconds(0);
  if (answer.status == 0 || IsBusy(answer.status)) return request.is_watch ? kWatchFactor * policy_.busy : policy_.busy;
  return answer.status == 404 && request.may_lag ? policy_.lag : milliseconds(0);
}

std::string GoogleRest::Call(const Request& request) {
  const Clock::time_point begin = Clock::now();
  bool has_new_token = false;
  for (milliseconds pause = policy_.first_pause;; pause = std::min(2 * pause, policy_.longest_pause)) {
    Answer answer = Ask(request);
    if (answer.status >= 200 && answer.status < 300) return std::move(answer.body);
    if (answer.status == 401 && !has_new_token && !credentials_->anonymous()) {
      has_new_token = true;
      answer = Ask(request);
      if (answer.status >= 200 && answer.status < 300) return std::move(answer.body);
    }
    if (Clock::now() - begin + pause > PatienceFor(answer, request)) {
      throw RestError(answer.status,
                      answer.status == 0
                          ? service_ + " does not answer: " + answer.failure
                          : service_ + " answers " + std::to_string(answer.status) + ": " + ReasonIn(answer.body));
    }
    Rest(pause);
  }
}

void GoogleRest::HurryUp() {
  hurried_ = true;
  channel_.HurryUp();
}

}  // namespace beam
