// Transcode: each audio file as another one: another format, sample rate, number of channels, a part of it.
//
//   auto [done, skipped, failed, outcomes] = files
//       | beam::ParDo("Transcode", klay::Transcode{.source_suffix = ".mp3", .target_suffix = ".ogg"});
//
// Decoding, mixing, resampling and encoding go block by block in one thread, so that memory does not depend on the
// length of the file. A target appears whole or not at all, at the latest when the bundle ends; made again it has the
// same bytes. What is wrong with a source or a target makes that file `failed`, with the reason, and no other; so does
// a source that is changed or replaced between its listing and the end of its reading. Each file is in one of the first
// three outputs, and in `outcomes`, which a ledger takes (ledger.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "beam/io/file_writer.h"
#include "beam/io/readable_file.h"
#include "beam/model/output.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/encode_options.h"
#include "klay/audio/resampler.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/ledger.h"

namespace klay {

// A file that was written.
struct TranscodedFile {
  std::string path;    // of the source
  std::string target;  // where its result is
  double seconds = 0;  // of audio in the target
  std::string damage;  // what was wrong with the source, where damage is kept
};

struct Transcode {
  std::string source_suffix;
  std::string target_suffix;
  std::string source_dir = {};  // as SkipCompleted's
  std::string target_dir = {};
  OnDamage on_damage = OnDamage::kFail;

  EncodeOptions encode = {};
  bool npy = false;                     // not encode's format: an array of float32 (npy_encoder.h)
  std::optional<int> sample_rate = {};  // nothing: the source's
  std::optional<int> channels = {};     // nothing: the source's
  ResamplerMethod resampler = ResamplerMethod::kSincHann;

  // So many seconds from a place that depends on the path (below source_dir, if there is one) and the seed alone
  // (crop.h). Sources that are not longer are `skipped`. What lies behind the crop is not decoded.
  std::optional<double> crop_seconds = {};
  std::uint64_t seed = 0;

  // Throws beam::UsageError for fields that make no sense, whatever the files are.
  void Validate() const;

  // A file that is written, and the outcome that is its own once it is there.
  struct Written {
    TranscodedFile file;
    FileOutcome outcome;
  };
  using Writer = beam::FileWriter<Written>;
  using Done = beam::Output<TranscodedFile, "done">;
  using Skipped = beam::Output<Failure, "skipped">;  // with the reason
  using Failed = beam::Output<Failure, "failed">;
  using Outcomes = beam::Output<FileOutcome, "outcomes">;

  Writer Setup() const;
  void StartBundle(Writer& writer) const { writer.Clear(); }
  void ProcessElement(Writer& writer, const beam::ReadableFile& file, Done done, Skipped skipped, Failed failed,
                      Outcomes outcomes) const;
  void FinishBundle(Writer& writer, Done done, Failed failed, Outcomes outcomes) const;
};

// Where the result of `path` goes. Throws beam::Error if that is not to be had, or is `path` itself.
std::string TranscodeTarget(const Transcode& step, const std::string& path);

// Why a file is skipped.
inline constexpr const char* kNotLongerThanTheCrop = "it is not longer than the crop";

}  // namespace klay
