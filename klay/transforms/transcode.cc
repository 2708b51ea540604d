#include "klay/transforms/transcode.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "klay/audio/crop.h"
#include "klay/audio/decoder.h"
#include "klay/audio/encoder.h"
#include "klay/audio/load_waveform.h"
#include "klay/audio/signal_chain.h"
#include "klay/path/path.h"
#include "klay/transforms/load_audio.h"
#include "klay/transforms/skip_completed.h"

namespace klay {
namespace {

// Frames that are decoded at a time: small enough for the caches, large enough for the loops.
constexpr std::int64_t kBlockFrames = 8192;

std::int64_t CountFrames(const beam::ReadableFile& file, const DecodeOptions& options) {
  return CheckAudio(*file.Open(), options).frames;
}

// What a source becomes.
struct Result {
  std::unique_ptr<beam::ByteSink> sink;  // null where it is not longer than the crop
  double seconds = 0;
  std::string damage;
};

// `key` decides the place of a crop. `open` opens the target, once it is known that the source can be decoded.
template <class Open>
Result TranscodeFile(const beam::ReadableFile& file, const std::string& key, const Transcode& options, Open&& open) {
  const DecodeOptions decode{.on_damage = options.on_damage};
  const std::unique_ptr<beam::ByteSource> source = file.Open();
  AudioDecoder decoder(*source, decode);
  const AudioInfo& info = decoder.info();
  FrameRange range{0, INT64_MAX};
  if (options.crop_seconds) {
    const std::int64_t frames = info.frames_from_header ? *info.frames_from_header : CountFrames(file, decode);
    const auto crop = CropRandom(frames, FramesIn(*options.crop_seconds, info.sample_rate), key, options.seed);
    if (!crop) return {};
    range = *crop;
  }
  SignalChain chain(info.channels, info.sample_rate, options.channels.value_or(info.channels),
                    options.sample_rate.value_or(info.sample_rate), options.resampler, kBlockFrames);
  std::unique_ptr<beam::ByteSink> sink = open();
  EncodeOptions encode = options.encode;
  encode.seed = options.seed;
  if (!sink->CanRewrite()) {
    const std::int64_t frames = options.crop_seconds ? range.length
        : info.frames_from_header                    ? *info.frames_from_header
                                                     : CountFrames(file, decode);
    encode.expected_frames = chain.OutputFrames(frames);
  }
  AudioEncoder encoder(*sink, chain.target_channels(), chain.target_rate(), encode);
  Cropper cropper(range);
  const auto write = [&](const float* const* planes, std::int64_t frames) { encoder.Write(planes, frames); };
  while (!cropper.done()) {
    const std::int64_t frames = decoder.Read(chain.input(), kBlockFrames);
    if (frames == 0) break;
    const FrameRange part = cropper.Next(frames);
    if (part.length > 0) chain.Process(part.begin, part.length, write);
  }
  chain.Flush(write);
  encoder.Finish();
  const double seconds = static_cast<double>(encoder.frames()) / chain.target_rate();
  return {std::move(sink), seconds, decoder.report().DamageText()};
}

void Emit(Transcode::Writer& writer, const Transcode::Done& done, const Transcode::Failed& failed) {
  writer.Finish([&](TranscodedFile&& file, const std::string& error) {
    if (error.empty()) {
      files_loaded.Inc();
      if (!file.damage.empty()) files_damaged.Inc();
      done.Emit(std::move(file));
    } else {
      files_failed.Inc();
      failed.Emit({std::move(file.path), error});
    }
  });
}

}  // namespace

void Transcode::Validate() const {
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
                               Failed failed) const {
  const std::string& path = file.metadata.path;
  bytes_taken.Inc(file.metadata.size_in_bytes);
  try {
    std::string target = TargetPath(path, source_suffix, target_suffix, source_dir, target_dir);
    if (target == path) throw beam::Error("its target would replace it: choose another --target_dir or suffix");
    const std::string key = source_dir.empty() ? path : MovePath(path, source_dir, "");
    Result result = TranscodeFile(file, key, *this, [&] { return writer.Open(target); });
    if (result.sink == nullptr) {
      files_skipped.Inc();
      skipped.Emit({path, "it is not longer than the crop"});
      return;
    }
    audio_milliseconds.Inc(std::llround(result.seconds * 1000));
    writer.Keep(std::move(result.sink), {path, std::move(target), result.seconds, std::move(result.damage)});
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const beam::Error& error) {
    files_failed.Inc();
    failed.Emit({path, error.what()});
  }
  if (writer.full()) Emit(writer, done, failed);
}

void Transcode::FinishBundle(Writer& writer, Done done, Failed failed) const { Emit(writer, done, failed); }

}  // namespace klay
