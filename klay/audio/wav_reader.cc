#include "klay/audio/wav_reader.h"

#include <algorithm>
#include <limits>
#include <string>

#include "beam/base/cancel.h"
#include "klay/audio/audio_error.h"

namespace klay::internal {
namespace {

const char* CodecName(SampleFormat format) {
  switch (format) {
    case SampleFormat::kU8: return "pcm_u8";
    case SampleFormat::kS16: return "pcm_s16le";
    case SampleFormat::kS24: return "pcm_s24le";
    case SampleFormat::kS32: return "pcm_s32le";
    case SampleFormat::kS64: return "pcm_s64le";
    case SampleFormat::kF32: return "pcm_f32le";
    case SampleFormat::kF64: return "pcm_f64le";
  }
  return "";
}

}  // namespace

WavReader::WavReader(BufferedSource& source, const WavHeader& header, const DecodeOptions& options, DamageLog& damage,
                     DecodeReport& report)
    : source_(source),
      header_(header),
      damage_(damage),
      report_(report),
      frames_left_(std::numeric_limits<std::int64_t>::max()) {
  if (header.channels > options.max_channels
      || header.sample_rate > static_cast<std::uint32_t>(options.max_sample_rate)) {
    throw AudioError("the WAV header says " + std::to_string(header.channels) + " channels at "
                     + std::to_string(header.sample_rate) + " Hz: at most " + std::to_string(options.max_channels)
                     + " channels at " + std::to_string(options.max_sample_rate) + " Hz are supported");
  }
  const auto frame_bytes = static_cast<std::uint64_t>(header.bytes_per_frame);
  report.info.container = "wav";
  report.info.codec = CodecName(*header.samples);
  report.info.channels = header.channels;
  report.info.sample_rate = static_cast<int>(header.sample_rate);
  report.info.bit_depth = 8 * static_cast<int>(BytesPerSample(*header.samples));
  if (header.data_size) {
    frames_left_ = static_cast<std::int64_t>(*header.data_size / frame_bytes);
    report.info.frames_from_header = frames_left_;
    report.info.frames_source = "the WAV header";
    // Said at once where the size of the file is known; otherwise the count of frames tells it at the end.
    const std::uint64_t promised = static_cast<std::uint64_t>(frames_left_) * frame_bytes;
    if (source.size() && *source.size() < header.data_begin + promised) {
      const std::uint64_t there = *source.size() - std::min(*source.size(), header.data_begin);
      const std::string what = std::to_string(frames_left_) + " frames expected by the WAV header, "
          + std::to_string(there / frame_bytes) + " in the file";
      if (!damage.keeps()) damage.Truncated(what);
      if (there < frame_bytes) throw AudioError("truncated: " + what);
    }
  } else if (source.size()) {
    report.info.frames_estimate = static_cast<std::int64_t>((*source.size() - header.data_begin) / frame_bytes);
  }
}

std::int64_t WavReader::Read(float* const* planes, std::int64_t capacity) {
  const auto frame_bytes = static_cast<std::size_t>(header_.bytes_per_frame);
  plane_positions_.assign(planes, planes + header_.channels);
  std::int64_t written = 0;
  while (written < capacity && frames_left_ > 0) {
    beam::ThrowIfCancelled();
    const ByteView bytes = source_.Peek(frame_bytes);
    const std::int64_t frames =
        std::min({static_cast<std::int64_t>(bytes.size() / frame_bytes), capacity - written, frames_left_});
    if (frames == 0) {
      // The pad byte that makes a chunk even is not a piece of a frame.
      if (!bytes.empty() && !header_.data_size && bytes.size() != 1) {
        damage_.Truncated("the file ends within a frame of " + std::to_string(frame_bytes) + " bytes");
      }
      frames_left_ = 0;
      break;
    }
    ConvertInterleaved(*header_.samples, bytes.data(), header_.channels, frames, plane_positions_.data());
    source_.Consume(static_cast<std::size_t>(frames) * frame_bytes);
    for (float*& plane : plane_positions_) plane += frames;
    frames_left_ -= frames;
    report_.frames += frames;
    written += frames;
  }
  return written;
}

std::int64_t WavReader::Skip(std::int64_t frames) {
  if (!source_.size()) return 0;  // where the samples end would not be noticed
  const auto frame_bytes = static_cast<std::uint64_t>(header_.bytes_per_frame);
  const std::uint64_t left = (*source_.size() - std::min(*source_.size(), source_.position())) / frame_bytes;
  frames = std::min({frames, frames_left_, static_cast<std::int64_t>(std::min<std::uint64_t>(left, INT64_MAX))});
  source_.Seek(source_.position() + static_cast<std::uint64_t>(frames) * frame_bytes);
  frames_left_ -= frames;
  return frames;
}

}  // namespace klay::internal
