// RetryPolicy: for how long what a store did not do is asked for again. FailuresInARow keeps account of that.
#pragma once

#include <chrono>
#include <optional>

#include "beam/base/retry_pauses.h"

namespace beam::internal {

// Each kind of failure has its time for itself. A pause that the store asks for comes besides; if it is longer than
// what is left of the time, nothing is tried again.
struct RetryPolicy {
  RetryPauses pauses{std::chrono::milliseconds(200), std::chrono::milliseconds(8'000)};
  // While the store says that it is busy, or cuts connections: from the end of the first such attempt on, as what takes
  // long before it fails, such as a large part, is tried again all the same.
  std::chrono::milliseconds busy{60'000};
  // While no connection can be made: from the beginning of the first such attempt behind the store's last answer on, as
  // to wait long for a connection is to be without one.
  std::chrono::milliseconds unreachable{2'000};
};

enum class PassingFailure { kBusy, kUnreachable };

// What went wrong of late with something that may take several requests: what each of them may be tried for is not for
// each anew. Not thread-safe.
class FailuresInARow {
 public:
  using Clock = std::chrono::steady_clock;

  // Adds an attempt that was begun then and has failed just now. How long to wait before the next one; nothing where
  // there is no time for one. `asked` is the pause that the store asks for.
  std::optional<std::chrono::milliseconds> PauseAfter(const RetryPolicy& policy, PassingFailure kind,
                                                      Clock::time_point begin,
                                                      std::chrono::milliseconds asked = std::chrono::milliseconds(0));

 private:
  int count_ = 0;
  // That no connection could be made meanwhile gives a busy store no more time: both by turns would have no end.
  std::optional<Clock::time_point> busy_since_;
  std::optional<Clock::time_point> unreachable_since_;  // nothing where the store has answered since
};

}  // namespace beam::internal
