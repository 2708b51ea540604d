// JobLog: what the last steps of a job tell the program that runs it, beside metrics: which inputs failed, and why, and
// what there is to be shown at the end.
//
// One for the process, thread-safe. Reporting the same input twice, as a bundle that is tried again does, counts once.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "klay/transforms/elements.h"

namespace klay {

class JobLog {
 public:
  // More than these are counted in the metrics and logged, but not kept, unless somebody asks for all.
  static constexpr std::size_t kMostFailures = 10'000;

  static JobLog& Process();

  void KeepAll();

  // Logs a warning and keeps the failure.
  void Failed(const Failure& failure);

  // In the order of their paths.
  std::vector<Failure> failures() const;

  // Text to be shown when the run is done, lines that end in '\n'; empty unless set.
  void SetReport(std::string text);
  std::string report() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> reasons_;  // by path
  std::size_t most_kept_ = kMostFailures;
  std::string report_;
};

}  // namespace klay
