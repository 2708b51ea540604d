#include "klay/audio/resample_stage.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

#include "klay/audio/resample_kernel.h"

namespace klay::internal {
namespace {

// What is held where periods do not matter, beside the taps.
constexpr std::int64_t kSmoothBlock = 8192;

// So far that no sum with it overflows.
constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max() / 2;

}  // namespace

ResampleStage::ResampleStage(std::shared_ptr<const ResampleBank> bank, int channels, const ResampleStage* before,
                             bool last)
    : bank_(std::move(bank)),
      kernel_(ResampleKernels().front()),
      channels_(channels),
      lead_taken_(before != nullptr ? before->lead_ : 0) {
  const double ratio = static_cast<double>(bank_->ratio.target) / static_cast<double>(bank_->ratio.source);
  const double reach = (before != nullptr ? static_cast<double>(before->reach_) : 0) + bank_->filter.reach();
  reach_ = static_cast<std::int64_t>(std::ceil(reach * ratio)) + 1;
  if (const auto* periodic = std::get_if<PeriodicBank>(&bank_->table)) {
    if (!last) lead_ = (reach_ + periodic->period_target - 1) / periodic->period_target * periodic->period_target;
    // A lead of many periods is more silence than periods are held for.
    const std::int64_t lead_source = lead_ / periodic->period_target * periodic->period_source;
    capacity_ = (kernel_->lanes - 1) * periodic->period_source + periodic->rows;
    capacity_ = std::max(capacity_, lead_source - periodic->first_start);
    scratch_ = AllocateSamples(static_cast<std::size_t>(kernel_->ScratchFloats(*periodic)));
  } else {
    assert(last);
    capacity_ = std::get<SmoothBank>(bank_->table).taps + kSmoothBlock;
  }
  memory_ = AllocateSamples(static_cast<std::size_t>(channels_ * (capacity_ + kResampleSlack)));
  Begin();
}

void ResampleStage::Begin() {
  if (const auto* periodic = std::get_if<PeriodicBank>(&bank_->table)) {
    held_begin_ = periodic->first_start - lead_ / periodic->period_target * periodic->period_source;
  } else {
    held_begin_ = -std::get<SmoothBank>(bank_->table).reach;
  }
  next_ = -lead_;
  end_ = kNoEnd;
  whole_ = 0;
  rest_ = 0;
  skipped_ = std::max<std::int64_t>(0, lead_taken_ + held_begin_);
  held_ = std::max<std::int64_t>(0, -held_begin_ - lead_taken_);
  for (int c = 0; c < channels_; ++c) {
    std::fill_n(Held(c), held_, 0.0F);
    std::fill_n(Held(c) + capacity_, kResampleSlack, 0.0F);
  }
}

float* ResampleStage::Held(int channel) const { return memory_.get() + channel * (capacity_ + kResampleSlack); }

std::int64_t ResampleStage::FramesWithTail(std::int64_t frames) const {
  return ResampledFrames(frames, bank_->ratio) + reach_;
}

std::int64_t ResampleStage::MostFrames(std::int64_t frames) const {
  return ResampledFrames(held_ + frames, bank_->ratio);
}

void ResampleStage::Append(const float* const* input, std::int64_t offset, std::int64_t frames) {
  for (int c = 0; c < channels_; ++c) {
    if (input != nullptr) {
      std::memcpy(Held(c) + held_, input[c] + offset, static_cast<std::size_t>(frames) * sizeof(float));
    } else {
      std::fill_n(Held(c) + held_, frames, 0.0F);
    }
  }
  held_ += frames;
}

void ResampleStage::DropBefore(std::int64_t sample) {
  const std::int64_t dropped = std::min(sample - held_begin_, held_);
  for (int c = 0; c < channels_; ++c) {
    std::memmove(Held(c), Held(c) + dropped, static_cast<std::size_t>(held_ - dropped) * sizeof(float));
  }
  held_ -= dropped;
  held_begin_ += dropped;
}

std::int64_t ResampleStage::Process(const float* const* input, std::int64_t frames, float* const* output) {
  std::int64_t used = std::min(frames, skipped_);
  skipped_ -= used;
  std::int64_t wrote = 0;
  while (used < frames) {
    const std::int64_t length = std::min(frames - used, capacity_ - held_);
    Append(input, used, length);
    used += length;
    if (const auto* smooth = std::get_if<SmoothBank>(&bank_->table)) {
      wrote += WriteSmooth(*smooth, output, wrote);
    } else if (held_ == capacity_) {
      wrote += WritePeriods(std::get<PeriodicBank>(bank_->table), kernel_->lanes, output, wrote);
    }
  }
  return wrote;
}

void ResampleStage::Flush(float* const* output) {
  const std::int64_t left = Left();
  for (std::int64_t wrote = 0; wrote < left;) {
    Append(nullptr, 0, capacity_ - held_);
    if (const auto* smooth = std::get_if<SmoothBank>(&bank_->table)) {
      wrote += WriteSmooth(*smooth, output, wrote);
      continue;
    }
    const auto& periodic = std::get<PeriodicBank>(bank_->table);
    const std::int64_t periods = (left - wrote + periodic.period_target - 1) / periodic.period_target;
    wrote += WritePeriods(periodic, static_cast<int>(std::min<std::int64_t>(periods, kernel_->lanes)), output, wrote);
  }
}

// Writes the next periods to output[c] + at, but nothing from end_ on. Returns how many frames.
std::int64_t ResampleStage::WritePeriods(const PeriodicBank& bank, int periods, float* const* output, std::int64_t at) {
  const std::int64_t frames = periods * bank.period_target;
  const std::int64_t wrote = std::clamp<std::int64_t>(end_ - next_, 0, frames);
  if (wrote < frames) cut_.resize(static_cast<std::size_t>(frames));
  for (int c = 0; c < channels_; ++c) {
    float* const to = wrote < frames ? cut_.data() : output[c] + at;
    kernel_->periodic(bank, Held(c), periods, scratch_.get(), to);
    if (wrote < frames) std::copy_n(cut_.data(), wrote, output[c] + at);
  }
  next_ += wrote;
  DropBefore(held_begin_ + periods * bank.period_source);
  return wrote;
}

// Writes the frames that need no input beyond what is held, but nothing from end_ on.
std::int64_t ResampleStage::WriteSmooth(const SmoothBank& bank, float* const* output, std::int64_t at) {
  const RateRatio ratio = bank_->ratio;
  const std::int64_t last_whole = held_begin_ + held_ - bank.taps + bank.reach;
  const std::int64_t parts = (last_whole - whole_ + 1) * ratio.target - rest_;  // that lie before the next sample
  const std::int64_t frames = std::clamp<std::int64_t>((parts + ratio.source - 1) / ratio.source, 0, end_ - next_);
  if (frames == 0) return 0;
  const std::int64_t from = whole_ - bank.reach - held_begin_;
  for (int c = 0; c < channels_; ++c) {
    kernel_->smooth(bank, ratio, rest_, frames, Held(c) + from, output[c] + at);
  }
  next_ += frames;
  const std::int64_t moved = rest_ + frames * ratio.source;
  whole_ += moved / ratio.target;
  rest_ = moved % ratio.target;
  DropBefore(whole_ - bank.reach);
  return frames;
}

}  // namespace klay::internal
