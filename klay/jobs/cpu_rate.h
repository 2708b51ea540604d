// How much CPU time an hour of audio takes, as it was measured: `bench/run.sh --only cpu-rates` runs each job with one
// worker over the hour of mp3 files (44.1 kHz, stereo) of the benchmark, local to local; on a virtual machine with two
// cores of an Intel Xeon (Sapphire Rapids, 2.1 GHz) that did nothing else, in November 2026. Other formats, rates and
// machines take more or less, and a core that shares its caches with a busy one up to twice as much.
#pragma once

#include "klay/transforms/transcode.h"

namespace klay {

struct CpuRate {
  double seconds_per_audio_hour = 0;  // of one core
  const char* work = "";              // what was measured
};

CpuRate CpuRateOfDecoding();
CpuRate CpuRateOfStats(bool lengths_only);
// By the format of the results.
CpuRate CpuRateOfTranscode(const Transcode& step);

}  // namespace klay
