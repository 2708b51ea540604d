#include "klay/audio/decoder.h"

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
  const std::int64_t before = report_.frames;
  const std::int64_t frames = reader_->Read(planes, capacity);
  CheckLength(before, frames == 0);
  finished_ = frames == 0;
  return frames;
}

// Never quietly shorter, whatever the format: the length that was promised is compared with what came.
void AudioDecoder::CheckLength(std::int64_t before, bool at_end) {
  const auto& expected = report_.info.frames_from_header;
  if (!expected) return;
  const bool too_many_now = before <= *expected && report_.frames > *expected;
  const bool too_few = at_end && report_.frames < *expected;
  const auto text = [&] {
    return std::to_string(*expected) + " frames expected by " + report_.info.frames_source + ", ";
  };
  if (too_many_now) damage_->Damaged(text() + "more are there");
  if (too_few) damage_->Truncated(text() + std::to_string(report_.frames) + " decoded");
}

}  // namespace klay
