#include "klay/audio/encoder.h"

#include <algorithm>
#include <string>
#include <vector>

#include "beam/base/cancel.h"
#include "klay/audio/block_writer.h"
#include "klay/audio/flac_writer.h"
#include "klay/audio/m4a_writer.h"
#include "klay/audio/mp3_writer.h"
#include "klay/audio/opus_writer.h"
#include "klay/audio/pcm_writer.h"
#include "klay/audio/vorbis_writer.h"

namespace klay {
namespace {

// Between two looks at whether the run was cancelled.
constexpr std::int64_t kMostFramesAtOnce = std::int64_t{1} << 16;

bool SaysItsLengthFirst(AudioFormat format) {
  return format == AudioFormat::kWav || format == AudioFormat::kAiff || format == AudioFormat::kFlac
      || format == AudioFormat::kMp3;
}

std::unique_ptr<internal::BlockWriter> MakeWriter(beam::ByteSink& sink, int channels, int rate,
                                                  const EncodeOptions& options) {
  CheckEncoding(options, channels, rate);
  if (SaysItsLengthFirst(options.format) && !options.expected_frames && !sink.CanRewrite()) {
    throw beam::UsageError(std::string(AudioFormatName(options.format))
                           + " says its length at the beginning: set expected_frames, or write to a sink whose first "
                             "bytes can be rewritten");
  }
  switch (options.format) {
    case AudioFormat::kWav: return internal::MakeWavWriter(sink, channels, rate, options);
    case AudioFormat::kAiff: return internal::MakeAiffWriter(sink, channels, rate, options);
    case AudioFormat::kFlac: return std::make_unique<internal::FlacWriter>(sink, channels, rate, options);
    case AudioFormat::kMp3: return std::make_unique<internal::Mp3Writer>(sink, channels, rate, options);
    case AudioFormat::kOgg: return std::make_unique<internal::VorbisWriter>(sink, channels, rate, options);
    case AudioFormat::kOpus: return std::make_unique<internal::OpusWriter>(sink, channels, rate, options);
    case AudioFormat::kM4a: return std::make_unique<internal::M4aWriter>(sink, channels, rate, options);
  }
  return nullptr;
}

}  // namespace

AudioEncoder::AudioEncoder(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options)
    : sink_(sink), options_(options), writer_(MakeWriter(sink, channels, sample_rate, options_)), channels_(channels) {}

AudioEncoder::~AudioEncoder() = default;

void AudioEncoder::Write(const float* const* planes, std::int64_t frames) {
  planes_.assign(planes, planes + channels_);
  while (frames > 0) {
    beam::ThrowIfCancelled();
    const std::int64_t part = std::min(frames, kMostFramesAtOnce);
    writer_->Write(planes_.data(), part);
    for (const float*& plane : planes_) plane += part;
    frames -= part;
    frames_ += part;
  }
}

void AudioEncoder::Finish() {
  if (options_.expected_frames && *options_.expected_frames != frames_ && SaysItsLengthFirst(options_.format)
      && !sink_.CanRewrite()) {
    throw AudioError(std::to_string(*options_.expected_frames) + " frames were announced in the "
                     + std::string(AudioFormatName(options_.format)) + " header, " + std::to_string(frames_)
                     + " were written");
  }
  writer_->Finish(frames_);
}

void EncodeWaveform(beam::ByteSink& sink, const Waveform& waveform, const EncodeOptions& options) {
  EncodeOptions with_length = options;
  with_length.expected_frames = waveform.frames();
  AudioEncoder encoder(sink, waveform.channels(), waveform.sample_rate(), with_length);
  encoder.Write(PlanesOf(waveform).data(), waveform.frames());
  encoder.Finish();
}

}  // namespace klay
