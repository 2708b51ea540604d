#include "klay/feature/npy_encoder.h"

#include <algorithm>
#include <cassert>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "klay/feature/feature_error.h"
#include "klay/feature/npy_header.h"

namespace klay {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

// Always of the same size for a number of channels: the header has room for the longest length.
std::string Header(int channels, std::int64_t frames) {
  return internal::MakeNpyHeader({.dtype = {}, .fortran_order = channels > 1, .shape = {channels, frames}});
}

}  // namespace

NpyEncoder::NpyEncoder(beam::ByteSink& sink, int channels, std::optional<std::int64_t> expected_frames)
    : sink_(sink),
      channels_(channels),
      packer_(BitDepth::kFloat32, internal::ByteOrder::kLittle, false, channels, {}),
      header_(Header(channels, expected_frames.value_or(0))),
      buffer_(std::max(kBufferBytes, packer_.frame_bytes())) {
  if (!expected_frames && !sink.CanRewrite()) {
    throw beam::UsageError(
        "npy says its length at the beginning: set expected_frames, or write to a sink whose first bytes can be "
        "rewritten");
  }
  sink_.Write(header_.data(), header_.size());
}

void NpyEncoder::Write(const float* const* planes, std::int64_t frames) {
  const auto block = static_cast<std::int64_t>(buffer_.size() / packer_.frame_bytes());
  for (std::int64_t done = 0; done < frames; done += block) {
    beam::ThrowIfCancelled();
    const std::int64_t part = std::min(block, frames - done);
    packer_.Pack(planes, done, part, buffer_.data());
    sink_.Write(buffer_.data(), static_cast<std::size_t>(part) * packer_.frame_bytes());
  }
  frames_ += frames;
}

void NpyEncoder::Finish() {
  const std::string header = Header(channels_, frames_);
  if (header == header_) return;
  if (!sink_.CanRewrite()) {
    throw FeatureError("the npy header announced another number of frames than the " + std::to_string(frames_)
                       + " that were written");
  }
  assert(header.size() == header_.size());
  sink_.Rewrite(0, header.data(), header.size());
}

std::int64_t NpyEncoder::FileBytes(int channels, std::int64_t frames) {
  return static_cast<std::int64_t>(Header(channels, frames).size()) + std::int64_t{4} * channels * frames;
}

}  // namespace klay
