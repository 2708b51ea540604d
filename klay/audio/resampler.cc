#include "klay/audio/resampler.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <utility>

#include "klay/audio/resample_bank.h"
#include "klay/audio/resample_kernel.h"

namespace klay {
namespace {

using internal::FilterSpec;
using internal::PeriodicBank;
using internal::ResampleBank;
using internal::SincWindow;
using internal::SmoothBank;

constexpr std::int64_t kMostTaps = std::int64_t{1} << 20;
// What is taken at once where periods do not matter.
constexpr std::int64_t kSmoothBlock = 8192;

struct MethodName {
  ResamplerMethod method;
  const char* name;
};

constexpr MethodName kMethodNames[] = {
    {ResamplerMethod::kSincHann, "sinc_interp_hann"},
    {ResamplerMethod::kSincKaiser, "sinc_interp_kaiser"},
    {ResamplerMethod::kMedium, "medium"},
    {ResamplerMethod::kHigh, "high"},
    {ResamplerMethod::kVeryHigh, "very_high"},
};

// A Kaiser-windowed sinc that falls from 1 at `pass` times the lower Nyquist frequency to `attenuation` dB at that
// frequency (J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974).
FilterSpec KaiserSpec(double pass, double attenuation, bool precise) {
  FilterSpec spec;
  spec.window = SincWindow::kKaiser;
  spec.rolloff = (1 + pass) / 2;
  spec.beta = 0.1102 * (attenuation - 8.7);
  const double samples = (attenuation - 7.95) / (2 * 2.285 * std::numbers::pi * (1 - pass));
  spec.zero_crossings = samples * spec.rolloff;
  spec.unit_gain = true;
  spec.precise = precise;
  return spec;
}

FilterSpec SpecOf(const ResamplerOptions& options) {
  switch (options.method) {
    case ResamplerMethod::kMedium: return KaiserSpec(0.913, 102, false);
    case ResamplerMethod::kHigh: return KaiserSpec(0.913, 135, false);
    case ResamplerMethod::kVeryHigh: return KaiserSpec(0.913, 162, true);
    case ResamplerMethod::kSincHann:
    case ResamplerMethod::kSincKaiser: break;
  }
  if (options.lowpass_filter_width < 1) {
    throw AudioError("lowpass_filter_width is " + std::to_string(options.lowpass_filter_width)
                     + ": it must be at least 1");
  }
  if (!(options.rolloff > 0.01 && options.rolloff <= 1)) {
    throw AudioError("rolloff is " + std::to_string(options.rolloff) + ": it must be above 0.01 and at most 1");
  }
  if (!(options.beta >= 0 && options.beta <= 200)) {
    throw AudioError("beta is " + std::to_string(options.beta) + ": it must be between 0 and 200");
  }
  FilterSpec spec;
  spec.window = options.method == ResamplerMethod::kSincHann ? SincWindow::kHann : SincWindow::kKaiser;
  spec.zero_crossings = options.lowpass_filter_width;
  spec.rolloff = options.rolloff;
  if (spec.window == SincWindow::kKaiser) spec.beta = options.beta;
  spec.float_phases = true;
  return spec;
}

void CheckShape(int source_rate, int target_rate, int channels) {
  const std::string rates = "from " + std::to_string(source_rate) + " to " + std::to_string(target_rate) + " Hz";
  if (source_rate < 1 || target_rate < 1) {
    throw AudioError("cannot resample " + rates + ": sample rates are at least 1 Hz");
  }
  const std::int64_t low = std::min(source_rate, target_rate);
  if (std::max(source_rate, target_rate) > low * Resampler::kMostRatio) {
    throw AudioError("cannot resample " + rates + ": the rates may differ by a factor of at most "
                     + std::to_string(Resampler::kMostRatio) + "; check the rate in the file's header");
  }
  if (channels < 1 || channels > Resampler::kMostChannels) {
    throw AudioError("cannot resample " + std::to_string(channels) + " channels: there may be 1 to "
                     + std::to_string(Resampler::kMostChannels) + "; are channels and samples exchanged?");
  }
}

}  // namespace

ResamplerMethod ParseResamplerMethod(const std::string& name) {
  std::string known;
  for (const MethodName& entry : kMethodNames) {
    if (name == entry.name) return entry.method;
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw AudioError("there is no resampler named \"" + name + "\": choose one of " + known);
}

const char* ResamplerMethodName(ResamplerMethod method) {
  for (const MethodName& entry : kMethodNames) {
    if (entry.method == method) return entry.name;
  }
  return "";
}

Resampler::Resampler(int source_rate, int target_rate, int channels, const ResamplerOptions& options)
    : source_rate_(source_rate),
      target_rate_(target_rate),
      channels_(channels),
      kernel_(internal::ResampleKernels().front()) {
  CheckShape(source_rate, target_rate, channels);
  const FilterSpec spec = SpecOf(options);
  if (source_rate == target_rate) return;
  const internal::RateRatio ratio = internal::ReduceRates(source_rate, target_rate);
  if (const std::int64_t taps = internal::SincFilter(spec, ratio).taps(); taps > kMostTaps) {
    throw AudioError("resampling from " + std::to_string(source_rate) + " to " + std::to_string(target_rate)
                     + " Hz with a lowpass_filter_width of " + std::to_string(options.lowpass_filter_width)
                     + " takes a filter of " + std::to_string(taps) + " taps; choose a smaller width");
  }
  bank_ = internal::FindResampleBank(spec, ratio);
  Begin();
}

Resampler::~Resampler() = default;
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;

// Makes the buffers for the kernel at hand, and puts the silence before the signal into them.
void Resampler::Begin() {
  taken_ = 0;
  written_ = 0;
  if (!bank_) return;
  if (const auto* periodic = std::get_if<PeriodicBank>(&bank_->table)) {
    capacity_ = (kernel_->lanes - 1) * periodic->period_source + periodic->rows;
    held_begin_ = periodic->first_start;
    if (!scratch_) scratch_ = internal::AllocateSamples(static_cast<std::size_t>(kernel_->ScratchFloats(*periodic)));
  } else {
    const auto& smooth = std::get<SmoothBank>(bank_->table);
    capacity_ = smooth.taps + kSmoothBlock;
    held_begin_ = -smooth.reach;
  }
  if (!memory_) {
    memory_ = internal::AllocateSamples(static_cast<std::size_t>(channels_ * (capacity_ + internal::kResampleSlack)));
  }
  held_ = -held_begin_;
  for (int c = 0; c < channels_; ++c) {
    std::fill_n(Held(c), held_, 0.0F);
    std::fill_n(Held(c) + capacity_, internal::kResampleSlack, 0.0F);
  }
}

float* Resampler::Held(int channel) const { return memory_.get() + channel * (capacity_ + internal::kResampleSlack); }

std::int64_t Resampler::OutputFrames(std::int64_t input_frames) const {
  return bank_ ? internal::ResampledFrames(input_frames, bank_->ratio) : input_frames;
}

std::int64_t Resampler::MostFrames(std::int64_t input_frames) const {
  return OutputFrames(taken_ + input_frames) - written_;
}

void Resampler::Append(const float* const* input, std::int64_t offset, std::int64_t frames) {
  for (int c = 0; c < channels_; ++c) {
    if (input != nullptr) {
      std::memcpy(Held(c) + held_, input[c] + offset, static_cast<std::size_t>(frames) * sizeof(float));
    } else {
      std::fill_n(Held(c) + held_, frames, 0.0F);
    }
  }
  held_ += frames;
}

void Resampler::DropBefore(std::int64_t sample) {
  const std::int64_t dropped = std::min(sample - held_begin_, held_);
  for (int c = 0; c < channels_; ++c) {
    std::memmove(Held(c), Held(c) + dropped, static_cast<std::size_t>(held_ - dropped) * sizeof(float));
  }
  held_ -= dropped;
  held_begin_ += dropped;
}

std::int64_t Resampler::Process(const float* const* input, std::int64_t frames, float* const* output) {
  taken_ += frames;
  if (!bank_) {
    for (int c = 0; c < channels_; ++c) {
      std::memcpy(output[c], input[c], static_cast<std::size_t>(frames) * sizeof(float));
    }
    written_ += frames;
    return frames;
  }
  const bool periodic = std::holds_alternative<PeriodicBank>(bank_->table);
  const std::int64_t wrote = periodic ? ProcessPeriods(input, frames, output) : ProcessSmooth(input, frames, output);
  written_ += wrote;
  return wrote;
}

std::int64_t Resampler::ProcessPeriods(const float* const* input, std::int64_t frames, float* const* output) {
  const auto& bank = std::get<PeriodicBank>(bank_->table);
  std::int64_t wrote = 0;
  for (std::int64_t used = 0; used < frames;) {
    const std::int64_t length = std::min(frames - used, capacity_ - held_);
    Append(input, used, length);
    used += length;
    if (held_ < capacity_) break;
    for (int c = 0; c < channels_; ++c) {
      kernel_->periodic(bank, Held(c), kernel_->lanes, scratch_.get(), output[c] + wrote);
    }
    wrote += kernel_->lanes * bank.period_target;
    DropBefore(held_begin_ + kernel_->lanes * bank.period_source);
  }
  return wrote;
}

// Writes the output samples that need no input beyond what is held, and which lie before `end`.
std::int64_t Resampler::SmoothAvailable(std::int64_t from, std::int64_t end, float* const* output, std::int64_t at) {
  const auto& bank = std::get<SmoothBank>(bank_->table);
  const internal::RateRatio ratio = bank_->ratio;
  std::int64_t frame = from;
  for (; frame < end; ++frame) {
    const double position = bank_->filter.Position(frame % ratio.target);
    const double whole = std::floor(position);
    const std::int64_t begin = frame / ratio.target * ratio.source + static_cast<std::int64_t>(whole) - bank.reach;
    if (begin + bank.taps > held_begin_ + held_) {
      DropBefore(begin);
      break;
    }
    for (int c = 0; c < channels_; ++c) {
      output[c][at + frame - from] = kernel_->smooth(bank, position - whole, Held(c) + (begin - held_begin_));
    }
  }
  return frame - from;
}

std::int64_t Resampler::ProcessSmooth(const float* const* input, std::int64_t frames, float* const* output) {
  const std::int64_t end = OutputFrames(taken_);
  std::int64_t wrote = 0;
  for (std::int64_t used = 0; used < frames;) {
    const std::int64_t length = std::min(frames - used, capacity_ - held_);
    Append(input, used, length);
    used += length;
    wrote += SmoothAvailable(written_ + wrote, end, output, wrote);
  }
  return wrote;
}

std::int64_t Resampler::Flush(float* const* output) {
  const std::int64_t left = MostFrames(0);
  for (std::int64_t wrote = 0; wrote < left;) {
    Append(nullptr, 0, capacity_ - held_);
    const auto* periodic = std::get_if<PeriodicBank>(&bank_->table);
    wrote += periodic != nullptr ? FlushPeriods(*periodic, left - wrote, output, wrote)
                                 : SmoothAvailable(written_ + wrote, written_ + left, output, wrote);
  }
  Begin();
  return left;
}

// Writes up to `left` frames from what is held to output[c] + at.
std::int64_t Resampler::FlushPeriods(const PeriodicBank& bank, std::int64_t left, float* const* output,
                                     std::int64_t at) {
  const std::int64_t periods =
      std::min<std::int64_t>((left + bank.period_target - 1) / bank.period_target, kernel_->lanes);
  const std::int64_t frames = std::min(left, periods * bank.period_target);
  tail_.resize(static_cast<std::size_t>(periods * bank.period_target));
  for (int c = 0; c < channels_; ++c) {
    kernel_->periodic(bank, Held(c), static_cast<int>(periods), scratch_.get(), tail_.data());
    std::copy_n(tail_.data(), frames, output[c] + at);
  }
  DropBefore(held_begin_ + periods * bank.period_source);
  return frames;
}

Waveform Resample(const Waveform& signal, int target_rate, const ResamplerOptions& options) {
  Resampler resampler(signal.sample_rate(), target_rate, signal.channels(), options);
  Waveform result(signal.channels(), resampler.OutputFrames(signal.frames()), target_rate);
  std::vector<const float*> input(static_cast<std::size_t>(signal.channels()));
  std::vector<float*> output(input.size());
  for (int c = 0; c < signal.channels(); ++c) {
    input[static_cast<std::size_t>(c)] = signal.channel(c).data();
    output[static_cast<std::size_t>(c)] = result.channel(c).data();
  }
  const std::int64_t wrote = resampler.Process(input.data(), signal.frames(), output.data());
  for (float*& plane : output) plane += wrote;
  resampler.Flush(output.data());
  return result;
}

}  // namespace klay
