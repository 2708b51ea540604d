#include "beam/runners/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <optional>

#include "beam/base/cancel.h"

namespace beam {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned kStopSeconds = 2;  // from the signal to the end of the process
constexpr std::chrono::milliseconds kLastWords{500};
constexpr std::chrono::milliseconds kPollTime{20};

std::atomic<int> caught_signal{0};
std::atomic<unsigned> stop_seconds{kStopSeconds};
// What the first SIGINT is answered with; of size 0 if it asks nothing.
char question_text[1024];
std::atomic<std::size_t> question_size{0};
static_assert(std::atomic<std::size_t>::is_always_lock_free, "it is read by a signal handler");
static_assert(std::atomic<int>::is_always_lock_free, "it is set by a signal handler");

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGALRM, SIGPIPE, SIGXFSZ};
constexpr bool IsIgnored(int signal) { return signal == SIGPIPE || signal == SIGXFSZ; }
struct sigaction former_actions[std::size(kSignals)];

void HandleSignal(int signal);

void Catch(int signal, struct sigaction* former) {
  struct sigaction action{};
  sigemptyset(&action.sa_mask);
  // After a signal the system's own handling is back: the next one ends the process.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  action.sa_handler = IsIgnored(signal) ? SIG_IGN : &HandleSignal;
  sigaction(signal, &action, former);
}

void HandleSignal(int signal) {
  const std::size_t size = signal == SIGINT ? question_size.exchange(0) : 0;
  if (size > 0) {
    static_cast<void>(!write(STDERR_FILENO, question_text, size));
    Catch(signal, nullptr);
    return;
  }
  if (signal == SIGALRM) _exit(128 + caught_signal.load(std::memory_order_relaxed));
  caught_signal.store(signal, std::memory_order_relaxed);
  RequestCancel();
  // Even the thread that waits for the end may be stuck, in a log line that nobody takes off a pipe for example.
  alarm(stop_seconds.load(std::memory_order_relaxed));
}

}  // namespace

InterruptScope::InterruptScope() {
  caught_signal = 0;
  ResetCancel();
  stop_seconds = kStopSeconds;
  for (std::size_t i = 0; i < std::size(kSignals); ++i) Catch(kSignals[i], &former_actions[i]);
}

InterruptScope::~InterruptScope() {
  if (Signal() != 0) alarm(0);
  for (std::size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &former_actions[i], nullptr);
  question_size = 0;
}

void InterruptScope::AskFirst(const std::string& question, std::chrono::seconds patience) {
  stop_seconds = static_cast<unsigned>(patience.count());
  question_size = 0;
  question_size = question.copy(question_text, sizeof question_text);
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
      stop_by = now + std::chrono::seconds(stop_seconds.load()) - kLastWords;
      result.Cancel();
    } else if (now >= *stop_by) {
      if (options.give_up) options.give_up();
      std::fflush(nullptr);
      std::_Exit(128 + (InterruptScope::Signal() != 0 ? InterruptScope::Signal() : SIGINT));
    }
  }
}

}  // namespace beam
