#include "klay/audio/loudness.h"

#include <ebur128.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <new>
#include <string>

#include "klay/audio/magnitude.h"

namespace klay {
namespace {

constexpr std::int64_t kBlock = 4096;
// libebur128 keeps three seconds of all channels in double precision.
constexpr std::int64_t kMostSamplesPerSecond = 11'000'000;

std::vector<int> ChannelPlaces(int channels) {
  switch (channels) {
    case 1: return {EBUR128_LEFT};
    case 2: return {EBUR128_LEFT, EBUR128_RIGHT};
    case 3: return {EBUR128_LEFT, EBUR128_RIGHT, EBUR128_UNUSED};
    case 4: return {EBUR128_LEFT, EBUR128_RIGHT, EBUR128_LEFT_SURROUND, EBUR128_RIGHT_SURROUND};
    case 5: return {EBUR128_LEFT, EBUR128_RIGHT, EBUR128_CENTER, EBUR128_LEFT_SURROUND, EBUR128_RIGHT_SURROUND};
    case 6:
      return {EBUR128_LEFT,   EBUR128_RIGHT,         EBUR128_CENTER,
              EBUR128_UNUSED, EBUR128_LEFT_SURROUND, EBUR128_RIGHT_SURROUND};
    case 7:
      return {EBUR128_LEFT, EBUR128_RIGHT, EBUR128_CENTER, EBUR128_UNUSED, EBUR128_Mp180, EBUR128_Mp090, EBUR128_Mm090};
    case 8:
      return {EBUR128_LEFT,  EBUR128_RIGHT, EBUR128_CENTER, EBUR128_UNUSED,
              EBUR128_Mp135, EBUR128_Mm135, EBUR128_Mp090,  EBUR128_Mm090};
    default: return std::vector<int>(static_cast<std::size_t>(channels), EBUR128_LEFT);
  }
}

int OversamplingFactor(int sample_rate) {
  if (sample_rate < 96000) return 4;
  return sample_rate < 192000 ? 2 : 1;
}

// BS.1770 gives a filter of 12 taps to a phase as an example; this has twice as many.
constexpr ResamplerOptions kOversampling = {.method = ResamplerMethod::kSincHann, .lowpass_filter_width = 12};

void CheckShape(int channels, int sample_rate) {
  constexpr int kMostChannels = 64;
  const bool possible = channels >= 1 && channels <= kMostChannels && sample_rate >= 16 && sample_rate <= 2822400
      && static_cast<std::int64_t>(channels) * sample_rate <= kMostSamplesPerSecond;
  if (!possible) {
    throw AudioError("the loudness of " + std::to_string(channels) + " channels at " + std::to_string(sample_rate)
                     + " Hz cannot be measured: convert to fewer channels, or resample, first");
  }
}

Resampler Oversampler(int channels, int sample_rate) {
  CheckShape(channels, sample_rate);
  return {sample_rate, sample_rate * OversamplingFactor(sample_rate), channels, kOversampling};
}

}  // namespace

struct LoudnessMeter::Library {
  Library(int channels, int sample_rate)
      : state(ebur128_init(static_cast<unsigned>(channels), static_cast<unsigned long>(sample_rate),
                           EBUR128_MODE_I | EBUR128_MODE_LRA)) {
    if (state == nullptr) throw std::bad_alloc();
  }
  ~Library() { ebur128_destroy(&state); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  ebur128_state* state;
};

LoudnessMeter::LoudnessMeter(int channels, int sample_rate)
    : channels_(channels), oversampler_(Oversampler(channels, sample_rate)) {
  library_ = std::make_unique<Library>(channels, sample_rate);
  unsigned number = 0;
  for (const int place : ChannelPlaces(channels)) ebur128_set_channel(library_->state, number++, place);
  const auto count = static_cast<std::size_t>(channels);
  interleaved_.resize(count * kBlock);
  block_.resize(count);
  oversampled_planes_.resize(count);
  peaks_.resize(count);
}

LoudnessMeter::~LoudnessMeter() = default;
LoudnessMeter::LoudnessMeter(LoudnessMeter&&) noexcept = default;
LoudnessMeter& LoudnessMeter::operator=(LoudnessMeter&&) noexcept = default;

void LoudnessMeter::Process(const float* const* planes, std::int64_t frames) {
  for (std::int64_t begin = 0; begin < frames; begin += kBlock) {
    const std::int64_t length = std::min(kBlock, frames - begin);
    for (int c = 0; c < channels_; ++c) {
      const float* samples = planes[c] + begin;
      if (internal::LargestMagnitude(samples, length) >= internal::kInfiniteMagnitude) {
        finite_.resize(interleaved_.size());
        float* finite = finite_.data() + c * kBlock;
        for (std::int64_t i = 0; i < length; ++i) {
          const bool good = internal::IsFinite(samples[i]);
          finite[i] = good ? samples[i] : 0;
          not_finite_ += good ? 0 : 1;
        }
        samples = finite;
      }
      block_[static_cast<std::size_t>(c)] = samples;
      float* out = interleaved_.data() + c;
      for (std::int64_t i = 0; i < length; ++i, out += channels_) *out = samples[i];
    }
    if (ebur128_add_frames_float(library_->state, interleaved_.data(), static_cast<std::size_t>(length))
        != EBUR128_SUCCESS) {
      throw std::bad_alloc();
    }
    AddPeaks(block_.data(), length);
  }
}

// Of the next frames, or with none the end of the signal.
void LoudnessMeter::AddPeaks(const float* const* planes, std::int64_t frames) {
  const std::int64_t most = oversampler_.MostFrames(frames);
  oversampled_.resize(static_cast<std::size_t>(std::max<std::int64_t>(most, 1) * channels_));
  for (int c = 0; c < channels_; ++c) oversampled_planes_[static_cast<std::size_t>(c)] = oversampled_.data() + c * most;
  const std::int64_t wrote = frames > 0 ? oversampler_.Process(planes, frames, oversampled_planes_.data())
                                        : oversampler_.Flush(oversampled_planes_.data());
  for (int c = 0; c < channels_; ++c) {
    const auto channel = static_cast<std::size_t>(c);
    const std::uint32_t samples = frames > 0 ? internal::LargestMagnitude(planes[c], frames) : 0;
    peaks_[channel] =
        std::max({peaks_[channel], samples, internal::LargestMagnitude(oversampled_planes_[channel], wrote)});
  }
}

Loudness LoudnessMeter::Finish() {
  AddPeaks(nullptr, 0);
  Loudness loudness;
  loudness.not_finite = not_finite_;
  ebur128_loudness_global(library_->state, &loudness.integrated_lufs);
  ebur128_loudness_range(library_->state, &loudness.range_lu);
  for (const std::uint32_t peak : peaks_) {
    loudness.channel_true_peaks_dbtp.push_back(20 * std::log10(static_cast<double>(std::bit_cast<float>(peak))));
  }
  loudness.true_peak_dbtp = *std::ranges::max_element(loudness.channel_true_peaks_dbtp);
  return loudness;
}

}  // namespace klay
