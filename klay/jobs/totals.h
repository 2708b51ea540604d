// The results of a job that the program shows, set once by the job's last steps.
#pragma once

#include "beam/model/metrics.h"

namespace klay {

inline const beam::Gauge total_files("klay", "total_files");  // done
inline const beam::Gauge total_skipped("klay", "total_skipped");
inline const beam::Gauge total_failed("klay", "total_failed");
inline const beam::Gauge total_microseconds("klay", "total_microseconds");  // of audio

}  // namespace klay
