// CropAudio: a part of each signal: its beginning, or one from a random place.
//
//   auto [crops, skipped, failed] = audio
//       | beam::ParDo("Crop", klay::CropAudio{.seconds = 30, .from = klay::CropFrom::kRandom});
//
// The part has floor(seconds * sample_rate) frames; a signal that is not longer passes whole, or is `skipped`. A random
// place depends on the path and the seed alone (crop.h), so that every run crops alike, and as Transcode does.
//
// From klay_beam: the crops of job_transcode (kRandom, kSkip) and of job_demucs (kStart, kPass).
#pragma once

#include <cstdint>
#include <string>

#include "beam/model/output.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/step.h"

namespace klay {

enum class CropFrom { kStart, kRandom };

// What becomes of a signal that is not longer than the crop.
enum class NotLonger { kPass, kSkip };

struct CropAudio {
  double seconds = 0;
  CropFrom from = CropFrom::kStart;
  NotLonger not_longer = NotLonger::kPass;

  // For kRandom. With a source_dir, it is the path below that which counts, so that a folder that was moved is cropped
  // as it was; what lies outside of it is `failed`.
  std::uint64_t seed = 0;
  std::string source_dir = {};

  // Throws beam::UsageError for fields that make no sense. Setup() does so too.
  void Validate() const;

  internal::Checked Setup() const;
  void ProcessElement(internal::Checked&, AudioFile file, beam::Output<AudioFile, "audio"> audio,
                      beam::Output<Failure, "skipped"> skipped, beam::Output<Failure, "failed"> failed) const;
};

}  // namespace klay
