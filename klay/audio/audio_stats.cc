#include "klay/audio/audio_stats.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "klay/audio/magnitude.h"

namespace klay {
namespace {

// 0 for what is no length; the constructor refuses it.
std::int64_t FramesOfSilence(double seconds, int sample_rate) {
  return seconds >= 0 ? static_cast<std::int64_t>(std::min(std::ceil(seconds * sample_rate), 1e15)) : 0;
}

}  // namespace

AudioStatsMeter::AudioStatsMeter(int channels, int sample_rate, const AudioStatsOptions& options)
    : options_(options),
      silence_level_(static_cast<float>(std::pow(10, options.silence_dbfs / 20))),
      least_silence_(std::max(kBlock, FramesOfSilence(options.silence_seconds, sample_rate))) {
  if (channels < 1 || sample_rate < 1) {
    throw AudioError("there are no levels of " + std::to_string(channels) + " channels at "
                     + std::to_string(sample_rate) + " Hz: it takes at least one channel and 1 Hz");
  }
  if (!(options.clip_level > 0) || options.clip_run < 1) {
    throw AudioError("clip_level must be above 0 and clip_run at least 1");
  }
  if (!(silence_level_ >= 0 && options.silence_seconds >= 0)) {
    throw AudioError("silence_dbfs must be a number and silence_seconds at least 0");
  }
  channels_.resize(static_cast<std::size_t>(channels));
  for (Channel& channel : channels_) channel.waiting.resize(static_cast<std::size_t>(kBlock));
  block_.resize(channels_.size());
}

// Blocks lie at multiples of their length from the signal's beginning, however it is given: what does not fill one
// waits.
void AudioStatsMeter::Process(const float* const* planes, std::int64_t frames) {
  std::int64_t used = 0;
  while (used < frames) {
    if (waiting_ == 0 && frames - used >= kBlock) {
      for (std::size_t c = 0; c < channels_.size(); ++c) block_[c] = planes[c] + used;
      ProcessBlock(block_.data(), kBlock);
      used += kBlock;
      continue;
    }
    const std::int64_t length = std::min(kBlock - waiting_, frames - used);
    for (std::size_t c = 0; c < channels_.size(); ++c) {
      std::memcpy(channels_[c].waiting.data() + waiting_, planes[c] + used,
                  static_cast<std::size_t>(length) * sizeof(float));
    }
    waiting_ += length;
    used += length;
    if (waiting_ < kBlock) return;
    waiting_ = 0;
    for (std::size_t c = 0; c < channels_.size(); ++c) block_[c] = channels_[c].waiting.data();
    ProcessBlock(block_.data(), kBlock);
  }
}

// The block is always whole; behind its first `frames` frames, which are fewer at the signal's end, are zeros.
void AudioStatsMeter::ProcessBlock(const float* const* block, std::int64_t frames) {
  float finite[kBlock];
  std::uint32_t loudest = 0;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    Channel& channel = channels_[c];
    const float* samples = block[c];
    std::uint32_t largest = internal::LargestMagnitude(samples, kBlock);
    if (largest >= internal::kInfiniteMagnitude) {
      for (std::int64_t i = 0; i < kBlock; ++i) {
        const bool bad = !internal::IsFinite(samples[i]);
        channel.stats.not_finite += bad ? 1 : 0;
        finite[i] = bad ? 0 : samples[i];
      }
      samples = finite;
      largest = internal::LargestMagnitude(samples, kBlock);
    }
    const auto peak = std::bit_cast<float>(largest);
    channel.stats.peak = std::max(channel.stats.peak, static_cast<double>(peak));
    loudest = std::max(loudest, largest);
    AddLevels(channel, samples);
    if (peak >= options_.clip_level || channel.clip_run > 0) AddClipping(channel, samples, frames);
  }
  AddSilence(block, frames, std::bit_cast<float>(loudest) < silence_level_);
  stats_.frames += frames;
}

void AudioStatsMeter::AddLevels(Channel& channel, const float* block) {
  // Sums side by side, so that they can be in the lanes of vectors.
  constexpr int kSums = 8;
  static_assert(kBlock % kSums == 0);
  double sums[kSums] = {};
  double squares[kSums] = {};
  for (std::int64_t i = 0; i < kBlock; i += kSums) {
    for (int k = 0; k < kSums; ++k) {
      const auto value = static_cast<double>(block[i + k]);
      sums[k] += value;
      squares[k] += value * value;
    }
  }
  for (int k = 0; k < kSums; ++k) {
    channel.stats.dc += sums[k];
    channel.stats.rms += squares[k];
  }
}

void AudioStatsMeter::AddClipping(Channel& channel, const float* samples, std::int64_t frames) {
  for (std::int64_t i = 0; i < frames; ++i) {
    if (!(std::abs(samples[i]) >= options_.clip_level)) {
      channel.clip_run = 0;
      continue;
    }
    ++channel.clip_run;
    if (channel.clip_run == options_.clip_run) {
      channel.stats.clipped += channel.clip_run;
    } else if (channel.clip_run > options_.clip_run) {
      ++channel.stats.clipped;
    }
  }
}

// Silences are at least a block long. So of a block that is not silent only its two ends matter.
void AudioStatsMeter::AddSilence(const float* const* block, std::int64_t frames, bool silent) {
  if (silent) {
    silence_ += frames;
    return;
  }
  const auto silent_at = [&](std::int64_t frame) {
    return std::all_of(block, block + channels_.size(), [&](const float* samples) {
      const float level = std::abs(samples[frame]);
      return !std::isfinite(level) || level < silence_level_;
    });
  };
  std::int64_t first = 0;
  while (silent_at(first)) ++first;
  std::int64_t last = frames - 1;
  while (silent_at(last)) --last;
  silence_ += first;
  if (silence_ == stats_.frames + first && silence_ >= least_silence_) stats_.leading_silence = silence_;
  EndSilence();
  silence_ = frames - 1 - last;
}

void AudioStatsMeter::EndSilence() {
  if (silence_ >= least_silence_) stats_.silent_frames += silence_;
  silence_ = 0;
}

AudioStats AudioStatsMeter::Finish() {
  if (waiting_ > 0) {
    for (std::size_t c = 0; c < channels_.size(); ++c) {
      std::fill_n(channels_[c].waiting.begin() + waiting_, kBlock - waiting_, 0.0F);
      block_[c] = channels_[c].waiting.data();
    }
    ProcessBlock(block_.data(), waiting_);
    waiting_ = 0;
  }
  if (silence_ >= least_silence_) {
    stats_.trailing_silence = silence_;
    if (silence_ == stats_.frames) stats_.leading_silence = silence_;
  }
  EndSilence();
  for (Channel& channel : channels_) {
    const auto count = static_cast<double>(std::max<std::int64_t>(stats_.frames, 1));
    channel.stats.dc /= count;
    channel.stats.rms = std::sqrt(channel.stats.rms / count);
    stats_.channels.push_back(channel.stats);
    channel.stats = {};
    channel.clip_run = 0;
  }
  return std::exchange(stats_, {});
}

}  // namespace klay
