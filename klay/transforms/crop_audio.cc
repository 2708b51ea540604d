#include "klay/transforms/crop_audio.h"

#include <cmath>
#include <optional>
#include <utility>

#include "beam/base/error.h"
#include "klay/audio/crop.h"
#include "klay/path/path.h"

namespace klay {

void CropAudio::Validate() const {
  if (!(seconds > 0) || std::isinf(seconds)) throw beam::UsageError("CropAudio's seconds must be above 0");
}

internal::Checked CropAudio::Setup() const {
  Validate();
  return {};
}

void CropAudio::ProcessElement(internal::Checked&, AudioFile file, beam::Output<AudioFile, "audio"> audio,
                               beam::Output<Failure, "skipped"> skipped, beam::Output<Failure, "failed"> failed) const {
  std::optional<FrameRange> range;
  const bool done = internal::Try(file.path, failed, [&] {
    const std::int64_t frames = file.audio.frames();
    const std::int64_t length = FramesIn(seconds, file.audio.sample_rate());
    const std::string key = source_dir.empty() ? file.path : MovePath(file.path, source_dir, "");
    if (frames <= length) return;
    range = from == CropFrom::kRandom ? CropRandom(frames, length, key, seed) : CropStart(frames, length);
  });
  if (!done) return;
  if (!range && not_longer == NotLonger::kSkip) return skipped.Emit({file.path, "it is not longer than the crop"});
  if (range) file.audio = Crop(std::move(file.audio), *range);
  audio.Emit(std::move(file));
}

}  // namespace klay
