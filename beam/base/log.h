// Log lines of pipelines and of the SDK itself. Thread-safe; a line is written whole.
//
// By default a line goes to standard error as `2026-11-22T10:00:00.123Z INFO  [Load Audio] text`, the part in brackets
// being the step that logs, if one does. A sink replaces that (the progress line of a terminal, a worker's log stream).
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

namespace beam {

enum class Severity { kDebug, kInfo, kWarning, kError };

struct LogEntry {
  Severity severity;
  std::string_view message;
  std::string_view step;              // the full name of the step whose element is being processed, or empty
  std::string_view transform = {};    // in a worker: the engine's id of that step
  std::string_view instruction = {};  // in a worker: the engine's id of the bundle that the thread is at, or empty
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
// Atomic, as others may look at what a thread is at.
struct LogStep {
  std::string name;       // the full name of the step
  std::string transform;  // in a worker: the engine's id of it
};
inline constinit thread_local std::atomic<const LogStep*> current_log_step = nullptr;
// The bundle of an engine that a thread is at, while it is at one.
inline constinit thread_local const std::string* current_log_instruction = nullptr;

}  // namespace beam
