#include "klay/audio/decoder.h"

#include <algorithm>
#include <string>

#include "klay/audio/buffered_source.h"
#include "klay/audio/damage_log.h"
#include "klay/audio/open_reader.h"

namespace klay {

AudioDecoder::AudioDecoder(beam::ByteSource& source, const DecodeOptions& options)
    : options_(options),
      damage_(std::make_unique<internal::DamageLog>(options.on_damage, report_)),
      source_(std::make_unique<internal::BufferedSource>(source)),
      reader_(internal::OpenReader(*source_, options_, *damage_, report_)) {}

AudioDecoder::~AudioDecoder() = default;

std::int64_t AudioDecoder::Read(float* const* planes, std::int64_t capacity) {
  if (finished_) return 0;
  const std::int64_t before = report_.frames + report_.skipped_frames;
  const std::int64_t frames = reader_->Read(planes, capacity);
  CheckLength(before, frames == 0);
  finished_ = frames == 0;
  return frames;
}

std::int64_t AudioDecoder::Skip(std::int64_t frames) {
  std::int64_t skipped = 0;
  while (skipped < frames) {
    std::int64_t part = reader_->Skip(frames - skipped);
    report_.skipped_frames += part;
    if (part == 0) part = Drop(frames - skipped);
    if (part == 0) break;
    skipped += part;
  }
  return skipped;
}

std::int64_t AudioDecoder::Drop(std::int64_t frames) {
  constexpr std::int64_t kBlockFrames = 4096;
  dropped_.resize(static_cast<std::size_t>(report_.info.channels) * kBlockFrames);
  std::vector<float*> planes;
  for (std::size_t at = 0; at < dropped_.size(); at += kBlockFrames) planes.push_back(dropped_.data() + at);
  frames = Read(planes.data(), std::min(frames, kBlockFrames));
  report_.frames -= frames;
  report_.skipped_frames += frames;
  return frames;
}

// Never quietly shorter, whatever the format: the length that was promised is compared with what came.
void AudioDecoder::CheckLength(std::int64_t before, bool at_end) {
  const auto& expected = report_.info.frames_from_header;
  if (!expected) return;
  const std::int64_t passed = report_.frames + report_.skipped_frames;
  const bool too_many_now = before <= *expected && passed > *expected;
  const bool too_few = at_end && passed < *expected;
  const auto text = [&] {
    return std::to_string(*expected) + " frames expected by " + report_.info.frames_source + ", ";
  };
  if (too_many_now) damage_->Damaged(text() + "more are there");
  if (too_few) damage_->Truncated(text() + std::to_string(passed) + " decoded");
}

}  // namespace klay
