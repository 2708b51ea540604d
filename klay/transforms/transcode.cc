#include "klay/transforms/transcode.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "beam/base/error.h"
#include "klay/audio/crop.h"
#include "klay/audio/encoder.h"
#include "klay/audio/signal_chain.h"
#include "klay/feature/npy_encoder.h"
#include "klay/transforms/load_audio.h"
#include "klay/transforms/skip_completed.h"
#include "klay/transforms/transcode_source.h"

namespace klay {
namespace {

// What a source becomes.
struct Result {
  std::unique_ptr<beam::ByteSink> sink;  // null where it is not longer than the crop
  double seconds = 0;
  std::string damage;
};

// Decodes a part of the source and gives it to an AudioEncoder or NpyEncoder.
template <class Encoder>
double Encode(internal::TranscodeSource& source, const FrameRange& part, Encoder&& encoder) {
  SignalChain& chain = source.chain();
  const auto write = [&](const float* const* planes, std::int64_t frames) { encoder.Write(planes, frames); };
  source.decoder().Skip(part.begin);
  for (std::int64_t left = part.length; left > 0;) {
    const std::int64_t wanted = std::min(left, internal::kTranscodeBlockFrames);
    const std::int64_t frames = source.decoder().Read(chain.input(), wanted);
    if (frames == 0) break;
    chain.Process(0, frames, write);
    left -= frames;
  }
  chain.Flush(write);
  encoder.Finish();
  return static_cast<double>(encoder.frames()) / chain.target_rate();
}

// `open` opens the target, once it is known that the source can be decoded.
template <class Open>
Result TranscodeFile(const beam::ReadableFile& file, const Transcode& step, Open&& open) {
  internal::TranscodeSource source(file, step);
  const auto part = source.Part(internal::CropKey(step, file.metadata.path));
  if (!part) return {};
  SignalChain& chain = source.chain();
  std::unique_ptr<beam::ByteSink> sink = open();
  EncodeOptions encode = step.encode;
  encode.seed = step.seed;
  if (!sink->CanRewrite()) {
    encode.expected_frames = chain.OutputFrames(step.crop_seconds ? part->length : source.CountFrames());
  }
  const double seconds = step.npy
      ? Encode(source, *part, NpyEncoder(*sink, chain.target_channels(), encode.expected_frames))
      : Encode(source, *part, AudioEncoder(*sink, chain.target_channels(), chain.target_rate(), encode));
  return {std::move(sink), seconds, source.decoder().report().DamageText()};
}

// Whatever went wrong with a file that was changed meanwhile, that is the reason.
std::string ReasonOf(const beam::ReadableFile& file, const beam::Error& error) {
  try {
    file.CheckUnchanged();
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const beam::Error& changed) {
    return changed.what();
  }
  return error.what();
}

void Emit(Transcode::Writer& writer, const Transcode::Done& done, const Transcode::Failed& failed,
          const Transcode::Outcomes& outcomes) {
  writer.Finish([&](Transcode::Written&& written, const std::string& error) {
    if (error.empty()) {
      files_loaded.Inc();
      if (!written.file.damage.empty()) files_damaged.Inc();
      done.Emit(std::move(written.file));
    } else {
      files_failed.Inc();
      failed.Emit({std::move(written.file.path), error});
      written.outcome.result = FileResult::kFailed;
      written.outcome.reason = error;
      written.outcome.targets.clear();
    }
    outcomes.Emit(std::move(written.outcome));
  });
}

}  // namespace

std::string TranscodeTarget(const Transcode& step, const std::string& path) {
  std::string target = TargetPath(path, step.source_suffix, step.target_suffix, step.source_dir, step.target_dir);
  if (target == path) throw beam::Error("its target would replace it: choose another --target_dir or suffix");
  return target;
}

void Transcode::Validate() const {
  if (npy && (encode.bit_depth || encode.bitrate || encode.quality || encode.effort || encode.dither)) {
    throw beam::UsageError(
        "npy: its samples are 32-bit floats: leave out bit depth, bitrate, quality, effort and dither");
  }
  CheckOptions(encode);
  if (sample_rate && *sample_rate < 1) throw beam::UsageError("the target's sample rate must be at least 1 Hz");
  if (channels && (*channels < 1 || *channels > 255)) {
    throw beam::UsageError("the target's number of channels must be from 1 to 255");
  }
  if (crop_seconds && !(*crop_seconds > 0)) throw beam::UsageError("the length of the crop must be above 0 seconds");
  if (source_dir.empty() != target_dir.empty()) {
    throw beam::UsageError("Transcode has one of source_dir and target_dir: give both or neither");
  }
}

Transcode::Writer Transcode::Setup() const {
  Validate();
  return {};
}

void Transcode::ProcessElement(Writer& writer, const beam::ReadableFile& file, Done done, Skipped skipped,
                               Failed failed, Outcomes outcomes) const {
  const std::string& path = file.metadata.path;
  const auto fail = [&](const std::string& reason) {
    files_failed.Inc();
    failed.Emit({path, reason});
    outcomes.Emit({file.metadata, FileResult::kFailed, reason});
  };
  bytes_taken.Inc(file.metadata.size_in_bytes);
  try {
    std::string target = TranscodeTarget(*this, path);
    Result result = TranscodeFile(file, *this, [&] { return writer.Open(target); });
    file.CheckUnchanged();
    if (result.sink == nullptr) {
      files_skipped.Inc();
      skipped.Emit({path, kNotLongerThanTheCrop});
      outcomes.Emit({file.metadata, FileResult::kSkipped, kNotLongerThanTheCrop});
      return;
    }
    audio_milliseconds.Inc(std::llround(result.seconds * 1000));
    FileOutcome outcome{file.metadata, FileResult::kDone, result.damage, {target}};
    writer.Keep(std::move(result.sink),
                {{path, std::move(target), result.seconds, std::move(result.damage)}, std::move(outcome)});
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const beam::Error& error) {
    fail(ReasonOf(file, error));
  }
  if (writer.full()) Emit(writer, done, failed, outcomes);
}

void Transcode::FinishBundle(Writer& writer, Done done, Failed failed, Outcomes outcomes) const {
  Emit(writer, done, failed, outcomes);
}

}  // namespace klay
