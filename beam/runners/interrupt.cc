#include "beam/runners/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <optional>

#include "beam/base/cancel.h"

namespace beam {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kStopTime{1500};
constexpr std::chrono::milliseconds kPollTime{20};

std::atomic<int> caught_signal{0};
static_assert(std::atomic<int>::is_always_lock_free, "it is set by a signal handler");

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGALRM, SIGPIPE, SIGXFSZ};
constexpr bool IsIgnored(int signal) { return signal == SIGPIPE || signal == SIGXFSZ; }
struct sigaction former_actions[std::size(kSignals)];

void HandleSignal(int signal) {
  if (signal == SIGALRM) _exit(128 + caught_signal.load(std::memory_order_relaxed));
  caught_signal.store(signal, std::memory_order_relaxed);
  RequestCancel();
  // Even the thread that waits for the end may be stuck, in a log line that nobody takes off a pipe for example.
  alarm(2);
}

}  // namespace

InterruptScope::InterruptScope() {
  caught_signal = 0;
  ResetCancel();
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    struct sigaction action{};
    sigemptyset(&action.sa_mask);
    // After the first signal the system's own handling is back: the second one ends the process.
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    action.sa_handler = IsIgnored(kSignals[i]) ? SIG_IGN : &HandleSignal;
    sigaction(kSignals[i], &action, &former_actions[i]);
  }
}

InterruptScope::~InterruptScope() {
  if (Signal() != 0) alarm(0);
  for (std::size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &former_actions[i], nullptr);
}

int InterruptScope::Signal() { return caught_signal.load(std::memory_order_relaxed); }

PipelineState WaitForEnd(PipelineResult& result, const WaitOptions& options) {
  auto next_tick = Clock::now() + options.interval;
  std::optional<Clock::time_point> stop_by;
  for (;;) {
    // A signal does not end a wait, so waits are short.
    const PipelineState state = result.WaitUntilFinish(std::min(kPollTime, options.interval));
    if (state != PipelineState::kRunning) return state;
    const auto now = Clock::now();
    if (options.tick && now >= next_tick) {
      options.tick();
      next_tick = now + options.interval;
    }
    if (!CancelRequested()) continue;
    if (!stop_by) {
      stop_by = now + kStopTime;
      result.Cancel();
    } else if (now >= *stop_by) {
      if (options.give_up) options.give_up();
      std::fflush(nullptr);
      std::_Exit(128 + (InterruptScope::Signal() != 0 ? InterruptScope::Signal() : SIGINT));
    }
  }
}

}  // namespace beam
