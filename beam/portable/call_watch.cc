#include "beam/portable/call_watch.h"

#include <algorithm>

#include "beam/base/cancel.h"

namespace beam {
namespace {

using Clock = std::chrono::steady_clock;

// A signal handler can wake nobody, so its flag is looked at.
constexpr std::chrono::milliseconds kPollTime{20};

}  // namespace

CallWatch::CallWatch(grpc::ClientContext& context, std::chrono::milliseconds timeout, HeedCancel heed_cancel)
    : context_(context), timeout_(timeout), heed_cancel_(heed_cancel), deadline_(Clock::now() + timeout) {
  thread_ = std::thread([this] { Watch(); });
}

CallWatch::~CallWatch() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void CallWatch::Heard() {
  const std::lock_guard lock(mutex_);
  deadline_ = Clock::now() + timeout_;
}

bool CallWatch::timed_out() const {
  const std::lock_guard lock(mutex_);
  return timed_out_;
}

void CallWatch::Watch() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto until = heed_cancel_ == HeedCancel::kYes ? std::min(deadline_, Clock::now() + kPollTime) : deadline_;
    if (changed_.wait_until(lock, until, [this] { return done_; })) return;
    timed_out_ = Clock::now() >= deadline_;
    if (timed_out_ || (heed_cancel_ == HeedCancel::kYes && CancelRequested())) {
      context_.TryCancel();
      return;
    }
  }
}

}  // namespace beam
