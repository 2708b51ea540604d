// The header Retry-After (RFC 9110, 10.2.3), by which servers that are busy (429, 503) say when to come back.
#pragma once

#include <chrono>

#include "beam/io/http_channel.h"

namespace beam::internal {

// How long from `now` on the server is not to be asked again: it says so in seconds or as a date. 0 where it says
// nothing, nothing that is understood, or a time that is over; a day at most.
std::chrono::seconds RetryAfter(const HttpHeaders& headers, std::chrono::system_clock::time_point now);

}  // namespace beam::internal
