#include "klay/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace klay {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLogInterval{10};
constexpr const char* kEraseLine = "\r\x1b[K";

bool StandardErrorIsTerminal() {
  const char* const term = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

std::size_t TerminalWidth() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string Duration(double seconds) {
  const auto s = std::llround(seconds);
  char text[48];
  if (s >= 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", static_cast<long long>(s / 3600),
                  static_cast<long long>(s / 60 % 60), static_cast<long long>(s % 60));
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld", static_cast<long long>(s / 60), static_cast<long long>(s % 60));
  }
  return text;
}

}  // namespace

std::string ProgressText(const Outcome& outcome) {
  const std::int64_t files = outcome.files_done + outcome.files_skipped + outcome.files_failed;
  std::string text = std::to_string(files) + " of " + std::to_string(std::max(files, outcome.files_matched)) + " files";
  if (outcome.wall_seconds > 0) {
    char speed[48];
    std::snprintf(speed, sizeof speed, ", %.0fx real time", outcome.audio_seconds / outcome.wall_seconds);
    text += speed;
  }
  text += ", " + std::to_string(outcome.files_failed) + " failed";
  // Bytes tell the time left better than files do, as files differ more in length than in bytes per second of work.
  if (outcome.bytes_taken > 0 && outcome.bytes_matched >= outcome.bytes_taken) {
    const double pace = outcome.wall_seconds / static_cast<double>(outcome.bytes_taken);
    text += ", " + Duration(pace * static_cast<double>(outcome.bytes_matched - outcome.bytes_taken)) + " left";
  }
  return text;
}

Progress::Progress(bool quiet)
    : quiet_(quiet), on_terminal_(!quiet && StandardErrorIsTerminal()), next_log_(Clock::now() + kLogInterval) {
  if (!on_terminal_) return;
  beam::SetLogSink([this](const beam::LogEntry& entry) {
    const std::lock_guard lock(mutex_);
    std::fprintf(stderr, "%s%s\n", line_.empty() ? "" : kEraseLine, beam::FormatLogEntry(entry).c_str());
    Draw();
  });
}

Progress::~Progress() {
  Clear();
  if (on_terminal_) beam::SetLogSink({});
}

void Progress::Show(const Outcome& outcome) {
  if (quiet_) return;
  if (on_terminal_) {
    const std::lock_guard lock(mutex_);
    line_ = ProgressText(outcome).substr(0, TerminalWidth() - 1);
    Draw();
  } else if (Clock::now() >= next_log_) {
    beam::LogInfo(ProgressText(outcome));
    next_log_ = Clock::now() + kLogInterval;
  }
}

void Progress::Clear() {
  const std::lock_guard lock(mutex_);
  if (!line_.empty()) std::fputs(kEraseLine, stderr);
  line_.clear();
}

void Progress::Draw() {
  if (!line_.empty()) std::fprintf(stderr, "%s%s", kEraseLine, line_.c_str());
}

}  // namespace klay
