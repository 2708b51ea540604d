// The cause within what an engine reports: Java stack traces, Python tracebacks, Go's chains of causes.
#pragma once

#include <string>
#include <string_view>

namespace beam {

// The innermost cause of a failure report, without frames, class names and what the engine wrote round the worker's own
// words. A text that has none of these comes back trimmed; the result may have several lines if the cause has.
std::string CauseOf(std::string_view report);

// Whether the engine reports a panic of its own, which is what came of a cause but not the cause.
bool IsPanic(std::string_view report);

}  // namespace beam
