#include "beam/io/retry_after.h"

#include <gtest/gtest.h>

#include <string>

namespace beam::internal {
namespace {

// 2026-01-31 12:00:00 UTC.
constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'769'860'800)};

TEST(RetryAfter, IsANumberOfSecondsOrADate) {
  const struct {
    const char* line;
    int seconds;
  } cases[] = {
      {"Retry-After: 30", 30},
      {"RETRY-AFTER:\t7 ", 7},
      {"retry-after: 0", 0},
      {"Retry-After: 007", 7},
      // The three forms that dates have had in HTTP.
      {"Retry-After: Sat, 31 Jan 2026 12:00:05 GMT", 5},
      {"Retry-After: Saturday, 31-Jan-26 12:01:00 GMT", 60},
      {"Retry-After: Sat Jan 31 12:00:01 2026", 1},
      {"Retry-After: Sat, 31 Jan 2026 11:59:59 GMT", 0},
      {"Retry-After: Thu, 01 Jan 1970 00:00:00 GMT", 0},
      {"Retry-After: 86401", 86'400},
      {"Retry-After: 99999999999999999999999", 86'400},
      {"Retry-After: Sun, 31 Jan 2027 12:00:00 GMT", 86'400},
      {"Retry-After:", 0},
      {"Retry-After: -5", 0},
      {"Retry-After: 1.5", 0},
      {"Retry-After: soon", 0},
      {"X-Retry-After: 5", 0},
  };
  for (const auto& c : cases) {
    HttpHeaders headers;
    headers.Add("Date: Sat, 31 Jan 2026 12:00:00 GMT\r\n");
    headers.Add(std::string(c.line) + "\r\n");
    EXPECT_EQ(RetryAfter(headers, kNow).count(), c.seconds) << c.line;
  }
  EXPECT_EQ(RetryAfter(HttpHeaders(), kNow).count(), 0);
}

}  // namespace
}  // namespace beam::internal
