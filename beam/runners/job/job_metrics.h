// User metrics as an engine reports them.
#pragma once

#include <org/apache/beam/model/job_management/v1/beam_job_api.pb.h>

#include <functional>
#include <string>

#include "beam/model/metrics.h"

namespace beam {

// Counters, distributions and gauges of whole numbers that DoFns made; what else an engine reports is left out, and so
// is what cannot be decoded. Committed values count, or attempted ones where an engine knows only these. `step_of`
// gives the full name of a step from the id of its transform.
MetricResults MetricsOf(const org::apache::beam::model::job_management::v1::MetricResults& results,
                        const std::function<std::string(const std::string&)>& step_of);

}  // namespace beam
