#include "klay/jobs/job_log.h"

#include <limits>
#include <utility>

#include "beam/base/log.h"
#include "klay/jobs/printable.h"

namespace klay {

JobLog& JobLog::Process() {
  static auto* const log = new JobLog;  // never destroyed: worker threads may report while the process exits
  return *log;
}

void JobLog::KeepAll() {
  const std::lock_guard lock(mutex_);
  most_kept_ = std::numeric_limits<std::size_t>::max();
}

void JobLog::Failed(const Failure& failure) {
  beam::LogWarning("failed: " + Printable(failure.path) + ": " + Printable(failure.reason));
  const std::lock_guard lock(mutex_);
  if (reasons_.size() < most_kept_) reasons_[failure.path] = failure.reason;
}

std::vector<Failure> JobLog::failures() const {
  const std::lock_guard lock(mutex_);
  std::vector<Failure> failures;
  failures.reserve(reasons_.size());
  for (const auto& [path, reason] : reasons_) failures.push_back({path, reason});
  return failures;
}

void JobLog::SetReport(std::string text) {
  const std::lock_guard lock(mutex_);
  report_ = std::move(text);
}

std::string JobLog::report() const {
  const std::lock_guard lock(mutex_);
  return report_;
}

}  // namespace klay
