#include "klay/jobs/cpu_rate.h"

namespace klay {

CpuRate CpuRateOfDecoding() { return {2.7, "mp3 decoded"}; }

CpuRate CpuRateOfStats(bool lengths_only) {
  return lengths_only ? CpuRateOfDecoding() : CpuRate{7.2, "mp3 with levels and loudness"};
}

CpuRate CpuRateOfTranscode(const Transcode& step) {
  if (step.npy) return {3.2, "mp3 to npy"};
  switch (step.encode.format) {
    case AudioFormat::kWav:
    case AudioFormat::kAiff: return {3.5, "mp3 to wav, 16 kHz, mono"};
    case AudioFormat::kFlac: return {7.5, "mp3 to flac"};
    case AudioFormat::kMp3: return {39, "mp3 to mp3"};
    case AudioFormat::kOgg: return {30, "mp3 to ogg"};
    case AudioFormat::kOpus: return {23, "mp3 to opus, 48 kHz"};
    case AudioFormat::kM4a: return {48, "mp3 to m4a"};
  }
  return {};
}

}  // namespace klay
