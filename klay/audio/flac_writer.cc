#include "klay/audio/flac_writer.h"

#include <limits>

#include "klay/audio/audio_error.h"
#include "klay/audio/flac_header.h"

namespace klay::internal {
namespace {

int BitsOf(const EncodeOptions& options) { return 8 * BytesPerSample(options.bit_depth.value_or(BitDepth::kInt16)); }

// The length is 36 bits of the header, 4 of them in a byte with others; 0 says that it is not known.
constexpr std::size_t kLengthAt = 13;
constexpr std::int64_t kMostFrames = (std::int64_t{1} << 36) - 1;
// The checksum of no samples, by which a reader knows a length of 0 from an unknown one.
constexpr std::string_view kMd5OfNothing = "\xD4\x1D\x8C\xD9\x8F\x00\xB2\x04\xE9\x80\x09\x98\xEC\xF8\x42\x7E";

void PutLength(std::string& stream_info, std::int64_t frames) {
  if (frames > kMostFrames) throw AudioError("flac holds at most 2^36 - 1 frames");
  const auto length = static_cast<std::uint64_t>(frames);
  stream_info[kLengthAt] = static_cast<char>((stream_info[kLengthAt] & 0xF0) | static_cast<int>(length >> 32));
  for (std::size_t i = 1; i <= 4; ++i) stream_info[kLengthAt + i] = static_cast<char>(length >> (8 * (4 - i)));
  if (frames == 0) stream_info.replace(18, 16, kMd5OfNothing.data(), 16);
}

// "fLaC", then the one block of metadata: its kind 0 marked as the last, and its size.
std::string FileHeader(const std::string& stream_info) { return std::string("fLaC\x80\0\0\x22", 8) + stream_info; }

}  // namespace

FlacWriter::FlacWriter(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options)
    : sink_(sink),
      channels_(channels),
      bits_(BitsOf(options)),
      encoder_({.codec = AV_CODEC_ID_FLAC,
                .sample_format = bits_ == 16 ? AV_SAMPLE_FMT_S16 : AV_SAMPLE_FMT_S32,
                .channels = channels,
                .sample_rate = sample_rate,
                .compression_level = options.effort.value_or(-1),
                .bits = bits_}),
      quantiser_(bits_, options.quantisation, options.dither, options.seed),
      buffer_(channels, encoder_.frame_size(), Cleaning::kNone),
      integers_(static_cast<std::size_t>(encoder_.frame_size())) {
  const ByteView block = encoder_.extradata();
  if (block.size() != kFlacStreamInfoBytes) throw AudioError("flac: FFmpeg's encoder gives no header");
  stream_info_.assign(block.begin(), block.end());
  std::string announced = stream_info_;
  PutLength(announced, options.expected_frames.value_or(0));
  const std::string header = FileHeader(announced);
  sink_.Write(header.data(), header.size());
}

void FlacWriter::Write(const float* const* planes, std::int64_t frames) {
  buffer_.Write(planes, frames, [this](float* const* block) { Encode(block, encoder_.frame_size()); });
}

void FlacWriter::Encode(float* const* planes, std::int64_t frames) {
  AVFrame& frame = encoder_.Frame();
  for (int c = 0; c < channels_; ++c) {
    quantiser_.Quantise(planes[c], c, position_, frames, integers_.data());
    if (bits_ == 16) {
      auto* out = reinterpret_cast<std::int16_t*>(frame.data[0]) + c;
      for (std::int64_t i = 0; i < frames; ++i, out += channels_) {
        *out = static_cast<std::int16_t>(integers_[static_cast<std::size_t>(i)]);
      }
    } else {
      auto* out = reinterpret_cast<std::int32_t*>(frame.data[0]) + c;
      for (std::int64_t i = 0; i < frames; ++i, out += channels_) {
        *out = static_cast<std::int32_t>(static_cast<std::uint32_t>(integers_[static_cast<std::size_t>(i)]) << 8);
      }
    }
  }
  position_ += frames;
  encoder_.Send(static_cast<int>(frames), [this](const AVPacket& packet) { Take(packet); });
}

void FlacWriter::Take(const AVPacket& packet) {
  // At the end comes a packet without bytes, and with the header as it has become.
  std::size_t size = 0;
  const std::uint8_t* header = av_packet_get_side_data(&packet, AV_PKT_DATA_NEW_EXTRADATA, &size);
  if (header != nullptr && size == kFlacStreamInfoBytes) stream_info_.assign(header, header + size);
  if (packet.size > 0) sink_.Write(packet.data, static_cast<std::size_t>(packet.size));
}

void FlacWriter::Finish(std::int64_t frames) {
  if (buffer_.filled() > 0) {
    const std::int64_t rest = buffer_.filled();
    Encode(buffer_.Rest(), rest);
  }
  encoder_.Send(0, [this](const AVPacket& packet) { Take(packet); });
  if (!sink_.CanRewrite()) return;
  PutLength(stream_info_, frames);
  const std::string header = FileHeader(stream_info_);
  sink_.Rewrite(0, header.data(), header.size());
}

}  // namespace klay::internal
