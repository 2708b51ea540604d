// How much CPU time an hour of audio takes, as it was measured: `klay-beam JOB --direct_num_workers 1` over the hour of
// mp3 files (44.1 kHz, stereo) of the benchmark (opus and m4a: over ten files of 20 s), local to local, one run each,
// on a virtual machine with two cores of an Intel Xeon (Sapphire Rapids, 2.1 GHz) in November 2026. Other programs kept
// it busy (load 10 to 14), which about doubles what the same work takes on a quiet one (README.md, "Speed"). Other
// formats, rates and machines take more or less.
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
