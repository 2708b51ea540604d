// AudioStatsMeter: levels, clipping and silence of a signal, block by block, planar 32-bit float.
//
// A sample that is not a number, or infinite, is counted and taken for zero.
//
// Not thread-safe. The figures do not depend on how the signal is cut into blocks: not in one bit.
#pragma once

#include <cstdint>
#include <vector>

#include "klay/audio/audio_error.h"

namespace klay {

struct AudioStatsOptions {
  // Clipping is `clip_run` or more samples of a channel in a row at `clip_level` or beyond. A single sample at full
  // scale is what normalising makes. The largest positive 16-bit sample is 32767 / 32768.
  float clip_level = 32767.0F / 32768;
  int clip_run = 3;

  // Silence is all channels below this level for so long at least.
  double silence_dbfs = -60;
  double silence_seconds = 0.1;  // taken for 64 frames where that is longer
};

struct ChannelStats {
  double peak = 0;  // largest absolute value; 1 is full scale
  double rms = 0;
  double dc = 0;                // mean
  std::int64_t clipped = 0;     // samples in runs, as above
  std::int64_t not_finite = 0;  // samples

  bool operator==(const ChannelStats&) const = default;
};

struct AudioStats {
  std::int64_t frames = 0;
  std::vector<ChannelStats> channels;
  std::int64_t silent_frames = 0;     // in all silences together
  std::int64_t leading_silence = 0;   // frames
  std::int64_t trailing_silence = 0;  // frames; the same as leading_silence where everything is silent

  bool operator==(const AudioStats&) const = default;
};

class AudioStatsMeter {
 public:
  // Throws AudioError for less than one channel, rates below 1 Hz, and options out of range.
  AudioStatsMeter(int channels, int sample_rate, const AudioStatsOptions& options = {});

  void Process(const float* const* planes, std::int64_t frames);

  // Of everything so far. A new signal may follow.
  AudioStats Finish();

 private:
  static constexpr std::int64_t kBlock = 64;

  struct Channel {
    ChannelStats stats;  // rms and dc are sums until the end
    std::int64_t clip_run = 0;
    std::vector<float> waiting;  // less than a block, from the last call
  };

  void ProcessBlock(const float* const* block, std::int64_t frames);
  void AddLevels(Channel& channel, const float* block);
  void AddClipping(Channel& channel, const float* samples, std::int64_t frames);
  void AddSilence(const float* const* block, std::int64_t frames, bool silent);
  void EndSilence();

  const AudioStatsOptions options_;
  const float silence_level_;
  const std::int64_t least_silence_;
  std::vector<Channel> channels_;
  std::vector<const float*> block_;
  std::int64_t waiting_ = 0;
  AudioStats stats_;
  std::int64_t silence_ = 0;  // frames of the silence that goes on
};

}  // namespace klay
