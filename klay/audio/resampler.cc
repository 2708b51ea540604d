#include "klay/audio/resampler.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "klay/audio/resample_plan.h"
#include "klay/audio/resample_stage.h"

namespace klay {
namespace {

using internal::FilterSpec;
using internal::RateRatio;
using internal::ResampleStageSpec;
using internal::SincWindow;

constexpr std::int64_t kMostTaps = std::int64_t{1} << 20;
// What goes through several stages at once.
constexpr std::int64_t kBlock = 8192;

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

// What all quality presets are flat up to, relative to the lower Nyquist frequency.
constexpr double kPass = 0.913;

std::vector<ResampleStageSpec> PlanOf(const ResamplerOptions& options, RateRatio ratio) {
  switch (options.method) {
    case ResamplerMethod::kMedium: return internal::PlanLowPass(kPass, 102, false, ratio);
    case ResamplerMethod::kHigh: return internal::PlanLowPass(kPass, 135, false, ratio);
    case ResamplerMethod::kVeryHigh: return internal::PlanLowPass(kPass, 162, true, ratio);
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
  return {{spec, ratio}};
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
    : source_rate_(source_rate), target_rate_(target_rate), channels_(channels) {
  CheckShape(source_rate, target_rate, channels);
  const internal::RateRatio ratio = internal::ReduceRates(source_rate, target_rate);
  const std::vector<internal::ResampleStageSpec> plan = PlanOf(options, ratio);
  if (source_rate == target_rate) return;
  for (const auto& [filter, stage_ratio] : plan) {
    if (const std::int64_t taps = internal::SincFilter(filter, stage_ratio).taps(); taps > kMostTaps) {
      throw AudioError("resampling from " + std::to_string(source_rate) + " to " + std::to_string(target_rate)
                       + " Hz with a lowpass_filter_width of " + std::to_string(options.lowpass_filter_width)
                       + " takes a filter of " + std::to_string(taps) + " taps; choose a smaller width");
    }
  }
  stages_.reserve(plan.size());
  for (const auto& [filter, stage_ratio] : plan) {
    const internal::ResampleStage* const before = stages_.empty() ? nullptr : &stages_.back();
    const bool last = stages_.size() + 1 == plan.size();
    stages_.emplace_back(internal::FindResampleBank(filter, stage_ratio), channels, before, last);
  }
  between_.resize(stages_.size() - 1);
  output_.resize(static_cast<std::size_t>(channels));
}

Resampler::~Resampler() = default;
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;

std::int64_t Resampler::OutputFrames(std::int64_t input_frames) const {
  return internal::ResampledFrames(input_frames, internal::ReduceRates(source_rate_, target_rate_));
}

std::int64_t Resampler::MostFrames(std::int64_t input_frames) const {
  return OutputFrames(taken_ + input_frames) - written_;
}

// Gives the frames to a stage, and what comes of them to the next. Writes to output[c] + at, and returns how many
// frames.
std::int64_t Resampler::Through(std::size_t stage, const float* const* input, std::int64_t frames, float* const* output,
                                std::int64_t at) {
  if (stage + 1 == stages_.size()) {
    for (std::size_t c = 0; c < output_.size(); ++c) output_[c] = output[c] + at;
    return stages_[stage].Process(input, frames, output_.data());
  }
  internal::PlaneBuffer& between = between_[stage];
  between.Resize(channels_, stages_[stage].MostFrames(frames));
  const std::int64_t made = stages_[stage].Process(input, frames, between.planes());
  return Through(stage + 1, between.planes(), made, output, at);
}

std::int64_t Resampler::Process(const float* const* input, std::int64_t frames, float* const* output) {
  taken_ += frames;
  if (stages_.empty()) {
    for (int c = 0; c < channels_; ++c) {
      std::memcpy(output[c], input[c], static_cast<std::size_t>(frames) * sizeof(float));
    }
    written_ += frames;
    return frames;
  }
  // What lies between stages shall stay in the caches, however long a block is.
  const std::int64_t most = stages_.size() == 1 ? frames : kBlock;
  input_.assign(input, input + channels_);
  std::int64_t wrote = 0;
  for (std::int64_t used = 0; used < frames;) {
    const std::int64_t length = std::min(most, frames - used);
    wrote += Through(0, input_.data(), length, output, wrote);
    used += length;
    for (const float*& plane : input_) plane += length;
  }
  written_ += wrote;
  return wrote;
}

std::int64_t Resampler::Flush(float* const* output) {
  const std::int64_t left = MostFrames(0);
  std::int64_t wrote = 0;
  if (!stages_.empty()) stages_.back().EndAt(written_ + left);
  std::int64_t frames = taken_;
  for (std::size_t i = 0; i < between_.size(); ++i) {
    frames = stages_[i].FramesWithTail(frames);
    stages_[i].EndAt(frames);
    const std::int64_t rest = stages_[i].Left();
    between_[i].Resize(channels_, rest);
    stages_[i].Flush(between_[i].planes());
    wrote += Through(i + 1, between_[i].planes(), rest, output, wrote);
  }
  if (!stages_.empty()) {
    for (std::size_t c = 0; c < output_.size(); ++c) output_[c] = output[c] + wrote;
    stages_.back().Flush(output_.data());
  }
  for (internal::ResampleStage& stage : stages_) stage.Begin();
  taken_ = 0;
  written_ = 0;
  return left;
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
