#include "beam/base/log.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <utility>

namespace beam {
namespace {

std::atomic<Severity> minimum{Severity::kInfo};

struct SinkSlot {
  std::mutex mutex;
  LogSink sink;
};

SinkSlot& Slot() {
  static auto* slot = new SinkSlot;  // never destroyed: threads may log while the process exits
  return *slot;
}

const char* Name(Severity severity) {
  switch (severity) {
    case Severity::kDebug: return "DEBUG";
    case Severity::kInfo: return "INFO ";
    case Severity::kWarning: return "WARN ";
    case Severity::kError: return "ERROR";
  }
  return "?";
}

}  // namespace

void Log(Severity severity, std::string_view message) {
  if (severity < minimum.load(std::memory_order_relaxed)) return;
  LogEntry entry{.severity = severity, .message = message, .step = {}};
  if (const LogStep* const step = current_log_step.load(std::memory_order_relaxed)) {
    entry.step = step->name;
    entry.transform = step->transform;
  }
  if (current_log_instruction != nullptr) entry.instruction = *current_log_instruction;
  SinkSlot& slot = Slot();
  const std::lock_guard lock(slot.mutex);
  if (slot.sink) {
    slot.sink(entry);
    return;
  }
  const std::string line = FormatLogEntry(entry) + '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void SetLogLevel(Severity severity) { minimum.store(severity, std::memory_order_relaxed); }

LogSink SetLogSink(LogSink sink) {
  SinkSlot& slot = Slot();
  const std::lock_guard lock(slot.mutex);
  return std::exchange(slot.sink, std::move(sink));
}

std::string FormatLogEntry(const LogEntry& entry) {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char head[64];
  const std::size_t size = std::strftime(head, sizeof head, "%Y-%m-%dT%H:%M:%S", &utc);
  char tail[32];
  std::snprintf(tail, sizeof tail, ".%03dZ %s ", static_cast<int>(millis), Name(entry.severity));
  std::string line(head, size);
  line += tail;
  if (!entry.step.empty()) line.append("[").append(entry.step).append("] ");
  return line.append(entry.message);
}

}  // namespace beam
