// The end of every job's `failed` branch: each failure to the JobLog, their number to total_failed and the log.
#pragma once

#include "beam/model/pcollection.h"
#include "klay/transforms/elements.h"

namespace klay {

void ReportFailures(const beam::PCollection<Failure>& failed);

}  // namespace klay
