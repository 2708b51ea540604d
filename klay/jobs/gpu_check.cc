#include "klay/jobs/gpu_check.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/io/file_writer.h"
#include "beam/transforms/create.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"
#include "beam/transforms/reshuffle.h"
#include "beam/transforms/with_keys.h"
#include "klay/jobs/gpu_report.h"
#include "klay/jobs/job_log.h"
#include "klay/jobs/look_at_gpus.h"
#include "klay/jobs/result_file.h"

namespace klay {
namespace {

constexpr int kMostChecks = 100'000;

struct Look {
  double seconds = 0;

  // Once for each process: a worker's threads all see the same.
  void ProcessElement(std::int64_t, beam::Output<beam::KV<std::string, GpuReport>> reports) const {
    static const GpuReport report = LookAtGpus();
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < end) {
      beam::ThrowIfCancelled();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    reports.Emit({report.worker, report});
  }
};

struct ReportGpus {
  std::string gpu_json;  // empty: no file

  void ProcessElement(const beam::KV<int, beam::Iterable<GpuReport>>& all) const {
    std::vector<GpuReport> reports;
    for (const GpuReport& report : all.value) reports.push_back(report);
    std::ranges::sort(reports, {}, &GpuReport::worker);
    std::string text;
    for (const GpuReport& report : reports) {
      beam::LogInfo("worker " + report.worker + ": " + GpuVerdict(report));
      text += GpuReportText(report);
    }
    JobLog::Process().SetReport(text);
    if (!gpu_json.empty()) beam::WriteFile(gpu_json, GpuReportsJson(reports));
  }
};

}  // namespace

void GpuCheckOptions::Validate() const {
  if (checks < 1 || checks > kMostChecks) {
    throw beam::UsageError("--checks must be from 1 to " + std::to_string(kMostChecks) + ", not "
                           + std::to_string(checks));
  }
  if (!(seconds_per_check >= 0 && seconds_per_check <= 3600)) {
    throw beam::UsageError("--seconds_per_check must be from 0 to 3600");
  }
  CheckResult("--gpu_json", gpu_json);
}

void RunGpuCheck(beam::Pipeline& p, const GpuCheckOptions& options) {
  std::vector<std::int64_t> checks(static_cast<std::size_t>(options.checks.value()));
  for (std::size_t i = 0; i < checks.size(); ++i) checks[i] = static_cast<std::int64_t>(i);
  p
      | beam::Create("Checks", checks)
      | beam::Reshuffle("Spread")
      | beam::ParDo("Look", Look{options.seconds_per_check})
      | beam::GroupByKey("By Worker")
      | beam::Map("One Of Each",
                  [](const beam::KV<std::string, beam::Iterable<GpuReport>>& seen) { return *seen.value.begin(); })
      | beam::WithKeys("All Together", 0)
      | beam::GroupByKey("Gather")
      | beam::ParDo("Report", ReportGpus{options.gpu_json});
}

}  // namespace klay
