// gpu-check: what each worker sees of GPUs: driver, devices, libraries. For finding out why a job does not use them
// before a long one is launched; it never fails for what it finds.
#pragma once

#include <string>
#include <vector>

#include "beam/model/pcollection.h"
#include "beam/runners/options_flag.h"
#include "klay/jobs/inputs.h"

namespace klay {

struct GpuCheckOptions {
  beam::Flag<int, "how often a worker looks; an engine hands these out, so give more than there are workers"> checks =
      1;
  beam::Flag<double, "how many seconds each look takes at least, so that one worker does not take them all">
      seconds_per_check = 0.0;
  beam::Flag<std::string, "write what was seen to this file, as JSON"> gpu_json;

  void Validate() const;
  std::vector<PathFlag> Paths() const { return {{"--gpu_json", gpu_json}}; }
};

// What was seen is logged, and goes to the JobLog, as its report.
void RunGpuCheck(beam::Pipeline& p, const GpuCheckOptions& options);

}  // namespace klay
