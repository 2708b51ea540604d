// The counters of klay's transforms, all of namespace "klay": what programs show as progress and in their summary.
#pragma once

#include "beam/model/metrics.h"

namespace klay {

inline const beam::Counter files_loaded("klay", "files_loaded");
inline const beam::Counter files_failed("klay", "files_failed");    // one for each element of a `failed` output
inline const beam::Counter files_damaged("klay", "files_damaged");  // of those loaded
inline const beam::Counter bytes_taken("klay", "bytes_taken");  // by the listing's sizes, of loaded and failed files
inline const beam::Counter audio_milliseconds("klay", "audio_milliseconds");

}  // namespace klay
