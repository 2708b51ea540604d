#include "klay/jobs/cpu_rate.h"

namespace klay {

CpuRate CpuRateOfDecoding() { return {4.4, "mp3 decoded"}; }

CpuRate CpuRateOfStats(bool lengths_only) {
  return lengths_only ? CpuRateOfDecoding() : CpuRate{11.3, "mp3 with levels and loudness"};
}

CpuRate CpuRateOfTranscode(const Transcode& step) {
  if (step.npy) return {4.6, "mp3 to npy"};
  switch (step.encode.format) {
    case AudioFormat::kWav:
    case AudioFormat::kAiff: return {4.9, "mp3 to wav, 16 kHz, mono"};
    case AudioFormat::kFlac: return {10.8, "mp3 to flac"};
    case AudioFormat::kMp3: return {61, "mp3 to mp3"};
    case AudioFormat::kOgg: return {50, "mp3 to ogg"};
    case AudioFormat::kOpus: return {34, "mp3 to opus, 48 kHz"};
    case AudioFormat::kM4a: return {118, "mp3 to m4a"};
  }
  return {};
}

}  // namespace klay
