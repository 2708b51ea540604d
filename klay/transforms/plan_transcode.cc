#include "klay/transforms/plan_transcode.h"

#include <cmath>
#include <utility>

#include "beam/base/error.h"
#include "klay/audio/encoded_size.h"
#include "klay/feature/npy_encoder.h"
#include "klay/transforms/load_audio.h"
#include "klay/transforms/skip_completed.h"
#include "klay/transforms/transcode_source.h"

namespace klay {
namespace {

// Nothing for a file that is not longer than the crop.
std::optional<PlannedFile> Plan(const beam::ReadableFile& file, const Transcode& step) {
  const std::string& path = file.metadata.path;
  PlannedFile planned{path, TranscodeTarget(step, path), file.metadata.size_in_bytes};
  internal::TranscodeSource source(file, step);
  const auto part = source.Part(internal::CropKey(step, path));
  if (!part) return std::nullopt;
  const AudioInfo& info = source.decoder().info();
  const bool guess = !info.frames_from_header && info.frames_estimate;
  const SignalChain& chain = source.chain();
  const std::int64_t frames = chain.OutputFrames(step.crop_seconds ? part->length
                                                     : guess       ? *info.frames_estimate
                                                                   : source.CountFrames());
  planned.seconds = static_cast<double>(frames) / chain.target_rate();
  planned.target_bytes = step.npy
      ? NpyEncoder::FileBytes(chain.target_channels(), frames)
      : ExpectedFileBytes(step.encode, chain.target_channels(), chain.target_rate(), frames);
  return planned;
}

}  // namespace

void PlanTranscode::ProcessElement(const beam::ReadableFile& file, beam::Output<PlannedFile, "planned"> planned,
                                   Transcode::Skipped skipped, Transcode::Failed failed) const {
  const std::string& path = file.metadata.path;
  bytes_taken.Inc(file.metadata.size_in_bytes);
  try {
    std::optional<PlannedFile> plan = Plan(file, step);
    if (!plan) {
      files_skipped.Inc();
      return skipped.Emit({path, kNotLongerThanTheCrop});
    }
    files_loaded.Inc();
    audio_milliseconds.Inc(std::llround(plan->seconds * 1000));
    planned.Emit(*std::move(plan));
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const beam::Error& error) {
    files_failed.Inc();
    failed.Emit({path, error.what()});
  }
}

}  // namespace klay
