// RetryPauses: how long to wait before what a service has refused for the moment is tried again.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace beam {

// Exponentially longer pauses, each by chance between half of itself and the whole, so that those who were refused
// together do not come back together. Any thread may ask at any time.
// All of it is here, for libraries that link nothing of Beam (beam/io/arrow).
struct RetryPauses {
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;

  // The pause behind that many failures in a row, from 1 on.
  std::chrono::milliseconds After(int failures) const {
    std::chrono::milliseconds pause = std::min(first, longest);
    for (int i = 1; i < failures && pause < longest; ++i) pause = std::min(2 * pause, longest);
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::chrono::milliseconds(
        std::uniform_int_distribution<std::int64_t>(pause.count() / 2, pause.count())(random));
  }
};

// Sleeps so long; throws Cancelled when the run is stopped.
void PauseUnlessCancelled(std::chrono::milliseconds time);

}  // namespace beam
