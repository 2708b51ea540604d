#include "beam/io/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

namespace beam::internal {
namespace {

constexpr std::int64_t kMost = std::int64_t{24} * 60 * 60;

bool IsNumber(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::chrono::seconds RetryAfter(const HttpHeaders& headers, std::chrono::system_clock::time_point now) {
  const std::optional<std::string> text = headers.Find("retry-after");
  if (!text) return std::chrono::seconds(0);
  std::int64_t seconds = kMost;  // where the number is too large to be one
  if (IsNumber(*text)) {
    std::from_chars(text->data(), text->data() + text->size(), seconds);
  } else {
    const std::time_t date = curl_getdate(text->c_str(), nullptr);
    if (date == -1) return std::chrono::seconds(0);
    seconds = date - std::chrono::system_clock::to_time_t(now);
  }
  return std::chrono::seconds(std::clamp(seconds, std::int64_t{0}, kMost));
}

}  // namespace beam::internal
