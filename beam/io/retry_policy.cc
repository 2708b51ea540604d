#include "beam/io/retry_policy.h"

namespace beam::internal {

std::optional<std::chrono::milliseconds> FailuresInARow::PauseAfter(const RetryPolicy& policy, PassingFailure kind,
                                                                    Clock::time_point begin,
                                                                    std::chrono::milliseconds asked) {
  const bool is_busy = kind == PassingFailure::kBusy;
  const Clock::time_point now = Clock::now();
  if (is_busy) unreachable_since_.reset();
  std::optional<Clock::time_point>& since = is_busy ? busy_since_ : unreachable_since_;
  if (!since) since = is_busy ? now : begin;
  const std::chrono::milliseconds pause = asked + policy.pauses.After(++count_);
  if (now - *since + pause > (is_busy ? policy.busy : policy.unreachable)) return std::nullopt;
  return pause;
}

}  // namespace beam::internal
