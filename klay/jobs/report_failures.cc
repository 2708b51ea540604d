#include "klay/jobs/report_failures.h"

#include <cstdint>
#include <string>

#include "beam/base/log.h"
#include "beam/transforms/count.h"
#include "beam/transforms/map.h"
#include "klay/jobs/job_log.h"
#include "klay/jobs/totals.h"

namespace klay {

void ReportFailures(const beam::PCollection<Failure>& failed) {
  failed | beam::ForEach("Log Failures", [](const Failure& failure) { JobLog::Process().Failed(failure); });
  failed | beam::Count("Count Failures") | beam::ForEach("Log Failed Count", [](std::int64_t n) {
    total_failed.Set(n);
    if (n > 0) beam::LogWarning("files failed: " + std::to_string(n));
  });
}

}  // namespace klay
