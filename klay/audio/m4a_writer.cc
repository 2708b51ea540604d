#include "klay/audio/m4a_writer.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "klay/audio/audio_error.h"
#include "klay/audio/byte_writer.h"
#include "klay/audio/encode_limits.h"

namespace klay::internal {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{128} << 10;
// Where there are many, readers look at the head of each.
constexpr std::size_t kSmallMdatBytes = std::size_t{512} << 10;
constexpr std::uint64_t kTypeBytes = 28;

}  // namespace

M4aWriter::M4aWriter(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options)
    : sink_(sink),
      encoder_({.codec = AV_CODEC_ID_AAC,
                .sample_format = AV_SAMPLE_FMT_FLTP,
                .channels = channels,
                .sample_rate = sample_rate,
                .bitrate = BitrateOrDefault(options, channels, sample_rate)}),
      buffer_(channels, encoder_.frame_size(), Cleaning::kForLossy),
      one_mdat_(sink.CanRewrite()) {
  const ByteView config = encoder_.extradata();
  track_ = {.channels = channels,
            .sample_rate = sample_rate,
            .packet_frames = encoder_.frame_size(),
            .delay = encoder_.delay(),
            .codec_config = std::string(config.begin(), config.end())};
  ByteWriter head;
  head.Big(kTypeBytes, 4).Text("ftypM4A ").Big(512, 4).Text("M4A isomiso2");
  if (one_mdat_) head.Big(1, 4).Text("mdat").Big(16, 8);  // 1: the size is the 64 bits behind the type
  sink_.Write(head.bytes().data(), head.size());
  written_ = head.size();
}

void M4aWriter::Write(const float* const* planes, std::int64_t frames) {
  buffer_.Write(planes, frames, [this](float* const* block) { Encode(block, track_.packet_frames); });
}

void M4aWriter::Encode(float* const* planes, std::int64_t frames) {
  AVFrame& frame = encoder_.Frame();
  for (int c = 0; c < track_.channels; ++c) {
    std::memcpy(frame.extended_data[c], planes[c], static_cast<std::size_t>(frames) * sizeof(float));
  }
  encoder_.Send(static_cast<int>(frames), [this](const AVPacket& packet) { Take(packet); });
}

void M4aWriter::Take(const AVPacket& packet) {
  if (packet.size == 0) return;
  if (packet.size > std::numeric_limits<std::uint16_t>::max()) throw AudioError("m4a: an AAC packet is too large");
  index_.packet_bytes.push_back(static_cast<std::uint16_t>(packet.size));
  chunk_.append(reinterpret_cast<const char*>(packet.data), static_cast<std::size_t>(packet.size));
  ++packets_in_chunk_;
  if (chunk_.size() >= (one_mdat_ ? kChunkBytes : kSmallMdatBytes)) WriteChunk();
}

void M4aWriter::WriteChunk() {
  if (chunk_.empty()) return;
  if (!one_mdat_) {
    const ByteWriter header = ByteWriter().Big(8 + chunk_.size(), 4).Text("mdat");
    sink_.Write(header.bytes().data(), header.size());
    written_ += header.size();
  }
  sink_.Write(chunk_.data(), chunk_.size());
  index_.chunks.push_back({written_, packets_in_chunk_});
  written_ += chunk_.size();
  packets_in_chunk_ = 0;
  chunk_.clear();
}

void M4aWriter::Finish(std::int64_t frames) {
  if (buffer_.filled() > 0) {
    // A whole packet of it: the encoder then puts out everything, whatever it does with short ones.
    Encode(buffer_.Rest(), track_.packet_frames);
  }
  if (frames > 0) encoder_.Send(0, [this](const AVPacket& packet) { Take(packet); });
  WriteChunk();
  if (one_mdat_) {
    const ByteWriter size = ByteWriter().Big(written_ - kTypeBytes, 8);
    sink_.Rewrite(kTypeBytes + 8, size.bytes().data(), size.size());
  }
  track_.frames = frames;
  const std::string moov = MakeMoov(track_, index_);
  sink_.Write(moov.data(), moov.size());
}

}  // namespace klay::internal
