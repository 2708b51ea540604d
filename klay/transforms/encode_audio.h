// EncodeAudio: each signal as the bytes of an audio file, ready for beam::WriteFiles.
//
//   auto [files, failed] = audio
//       | beam::ParDo("Encode", klay::EncodeAudio{".mp3", ".ogg", "gs://in", "gs://out", {.format =
//       AudioFormat::kOgg}});
//   auto [written, unwritten] = files | beam::ParDo("Write", beam::WriteFiles{});
//
// The whole result is kept in memory, and is not admitted to beam::MemoryBudget; Transcode goes from file to file
// without that. The same signal gives the same bytes. A signal that the format does not hold as it is becomes `failed`,
// with the nearest that it holds; so does a file whose target would be itself.
//
// From klay_beam: numpy_to_wav, numpy_to_mp3, numpy_to_ogg. To the bit the first one's integers:
// {.bit_depth = ..., .quantisation = Quantisation::kFloor}.
#pragma once

#include <string>

#include "beam/io/write_files.h"
#include "beam/model/output.h"
#include "klay/audio/encode_options.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/step.h"

namespace klay {

struct EncodeAudio {
  // Where a result belongs, by the rules of TargetPath() in skip_completed.h.
  std::string source_suffix;
  std::string target_suffix;
  std::string source_dir = {};  // both or neither
  std::string target_dir = {};

  EncodeOptions encode = {};

  // Throws beam::UsageError for fields that make no sense, whatever the signals are: also for a target_suffix that
  // belongs to another format than encode.format. Setup() does so too.
  void Validate() const;

  internal::Checked Setup() const;
  void ProcessElement(internal::Checked&, const AudioFile& file, beam::Output<beam::FileContent, "files"> files,
                      beam::Output<Failure, "failed"> failed) const;
};

}  // namespace klay
