// Log lines of pipelines and of the SDK itself. Thread-safe; a line is written whole.
//
// By default a line goes to standard error as `2026-11-22T10:00:00.123Z INFO  [Load Audio] text`, the part in brackets
// being the step that logs, if one does. A sink replaces that (the progress line of a terminal, a worker's log stream).
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace beam {

enum class Severity { kDebug, kInfo, kWarning, kError };

struct LogEntry {
  Severity severity;
  std::string_view message;
  std::string_view step;  // the full name of the step whose element is being processed, or empty
};

using LogSink = std::function<void(const LogEntry&)>;

void Log(Severity severity, std::string_view message);
inline void LogDebug(std::string_view message) { Log(Severity::kDebug, message); }
inline void LogInfo(std::string_view message) { Log(Severity::kInfo, message); }
inline void LogWarning(std::string_view message) { Log(Severity::kWarning, message); }
inline void LogError(std::string_view message) { Log(Severity::kError, message); }

// Lines below `severity` are dropped. The default is kInfo.
void SetLogLevel(Severity severity);

// Replaces the sink; an empty one restores standard error. Returns the former sink.
// Sinks are called one at a time, never concurrently.
LogSink SetLogSink(LogSink sink);

// The default format of an entry, without a line end.
std::string FormatLogEntry(const LogEntry& entry);

// What the lines of a thread are attributed to. Setting it costs one store, so every step does it for every element.
struct LogStep {
  std::string name;  // the full name of the step
};
inline constinit thread_local const LogStep* current_log_step = nullptr;

}  // namespace beam
