// The end of every job's `failed` branch: each failure to the JobLog, their number to total_failed and the log. Returns
// that number.
#pragma once

#include <cstdint>

#include "beam/model/pcollection.h"
#include "klay/transforms/elements.h"

namespace klay {

beam::PCollection<std::int64_t> ReportFailures(const beam::PCollection<Failure>& failed);

}  // namespace klay
