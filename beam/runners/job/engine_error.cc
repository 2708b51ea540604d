#include "beam/runners/job/engine_error.h"

#include <cctype>
#include <cstddef>
#include <vector>

namespace beam {
namespace {

constexpr std::string_view kCausedBy = "Caused by: ";
constexpr std::string_view kTraceback = "Traceback (most recent call last):";

std::string_view Trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

bool IsIndented(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

// A line of a Java stack trace that is not an exception, or what Go prints before one goroutine's stack.
bool IsFrame(std::string_view line) {
  const std::string_view text = Trim(line);
  if (text.starts_with("goroutine ") && text.ends_with("]:")) return true;
  if (!IsIndented(line)) return false;
  return (text.starts_with("at ") && text.ends_with(')')) || text.starts_with("Suppressed: ")
      || (text.starts_with("... ") && (text.ends_with(" more") || text.ends_with(" common frames omitted")));
}

// Where the innermost exception begins.
std::size_t CauseBegin(const std::vector<std::string_view>& lines) {
  std::size_t begin = 0;
  bool in_traceback = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with(kCausedBy)) {
      begin = i;
    } else if (lines[i].ends_with(kTraceback)) {
      in_traceback = true;
    } else if (in_traceback && !lines[i].empty() && !IsIndented(lines[i])) {
      in_traceback = false;
      begin = i;
    }
  }
  return begin;
}

// Whether `text` is the name of an exception's class: java.lang.RuntimeException, RuntimeError, grpc._channel.X.
bool IsClassName(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '$') return false;
  }
  return text.ends_with("Exception") || text.ends_with("Error") || text.ends_with("Throwable")
      || (text.find('.') != std::string_view::npos && text.find("Exception$") != std::string_view::npos);
}

// Takes one layer of wrapping off the front. Returns whether there was one.
bool Unwrap(std::string_view& text) {
  if (text.starts_with(kCausedBy)) {
    text = Trim(text.substr(kCausedBy.size()));
    return true;
  }
  const std::size_t colon = text.find(": ");
  if (colon != std::string_view::npos && IsClassName(text.substr(0, colon))) {
    text = Trim(text.substr(colon + 2));
    return true;
  }
  // The worker's own words come behind these; what stands between (an instruction, a code) means nothing to a user.
  for (const auto& [begin, end] :
       {std::pair<std::string_view, std::string_view>{"Error received from SDK harness for", ": "},
        {"rpc error: code = ", " desc = "},
        {"Failed to execute job", ": "},
        {"Bundle ", " failed: "},
        {"bundle ", " failed:"}}) {
    if (!text.starts_with(begin)) continue;
    const std::size_t stop = text.find(end, begin.size());
    if (stop == std::string_view::npos || text.substr(0, stop).find('\n') != std::string_view::npos) continue;
    text = Trim(text.substr(stop + end.size()));
    return true;
  }
  return false;
}

// What Prism says of its own panics: the reason, then all that it knows of the stage.
constexpr std::string_view kPrismPanic = "panic in stage.Execute bundle processing goroutine: ";

std::string CauseOfPrismPanic(std::string_view text) {
  text = text.substr(kPrismPanic.size());
  const std::string reason(text.substr(0, text.find(", stage: &{")));
  if (reason != "send on closed channel") return "Prism panicked: " + reason;
  return "a worker ended before it took the work that Prism had for it (" + reason
      + "); its output, or Prism's, says why";
}

}  // namespace

std::string CauseOf(std::string_view report) {
  const std::vector<std::string_view> lines = LinesOf(report);
  std::string cause;
  for (std::size_t i = CauseBegin(lines); i < lines.size() && !IsFrame(lines[i]); ++i) {
    cause.append(cause.empty() ? "" : "\n").append(lines[i]);
  }
  std::string_view text = Trim(cause);
  while (Unwrap(text)) {
  }
  if (text.starts_with(kPrismPanic)) return CauseOfPrismPanic(text);
  // What is left of a bare exception is its name, and that is better than nothing.
  return std::string(text.empty() ? Trim(lines.empty() ? report : lines.front()) : text);
}

bool IsPanic(std::string_view report) { return Trim(report).starts_with("panic in "); }

}  // namespace beam
