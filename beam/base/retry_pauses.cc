#include "beam/base/retry_pauses.h"

#include <thread>

#include "beam/base/cancel.h"

namespace beam {
namespace {

using Clock = std::chrono::steady_clock;

// A signal handler can wake nobody, so its flag is looked at.
constexpr std::chrono::milliseconds kPollTime{20};

}  // namespace

void PauseUnlessCancelled(std::chrono::milliseconds time) {
  const Clock::time_point end = Clock::now() + time;
  for (Clock::time_point now = Clock::now(); now < end; now = Clock::now()) {
    ThrowIfCancelled();
    std::this_thread::sleep_for(std::min<Clock::duration>(kPollTime, end - now));
  }
  ThrowIfCancelled();
}

}  // namespace beam
