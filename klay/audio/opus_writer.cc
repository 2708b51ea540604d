#include "klay/audio/opus_writer.h"

#include <opus/opus_multistream.h>

#include <algorithm>
#include <new>
#include <string>

#include "klay/audio/audio_error.h"
#include "klay/audio/byte_writer.h"
#include "klay/audio/channel_order.h"
#include "klay/audio/encode_limits.h"

namespace klay::internal {
namespace {

constexpr std::int64_t kTicksAPacket = 960;
constexpr int kPacketsASecond = 50;
// Each stream of a packet has at most three frames of 1275 bytes and their lengths.
constexpr std::size_t kMostBytesAStream = 3 * 1275 + 7;

void Check(int result) {
  if (result == OPUS_ALLOC_FAIL) throw std::bad_alloc();
  if (result < 0) throw AudioError(std::string("opus: libopus says: ") + opus_strerror(result));
}

ByteView Bytes(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

}  // namespace

void OpusWriter::DestroyEncoder::operator()(OpusEncoder* encoder) const { opus_encoder_destroy(encoder); }
void OpusWriter::DestroyEncoder::operator()(OpusMSEncoder* encoder) const { opus_multistream_encoder_destroy(encoder); }

template <class... Request>
void OpusWriter::Control(Request... request) {
  Check(pair_ ? opus_encoder_ctl(pair_.get(), request...) : opus_multistream_encoder_ctl(many_.get(), request...));
}

OpusWriter::OpusWriter(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options)
    : ogg_(sink, options.seed),
      order_(VorbisChannelOrder(channels)),
      packet_frames_(sample_rate / kPacketsASecond),
      ticks_per_frame_(48000 / sample_rate),
      buffer_(channels, packet_frames_, Cleaning::kForLossy),
      interleaved_(static_cast<std::size_t>(channels * packet_frames_)) {
  // Families: 0 is mono and stereo, 1 the layouts of Vorbis, 255 channels without a layout.
  const int family = channels <= 2 ? 0 : channels <= 8 ? 1 : 255;
  std::vector<unsigned char> mapping(static_cast<std::size_t>(channels));
  int error = OPUS_OK;
  if (family == 0) {
    pair_.reset(opus_encoder_create(sample_rate, channels, OPUS_APPLICATION_AUDIO, &error));
  } else {
    many_.reset(opus_multistream_surround_encoder_create(sample_rate, channels, family, &streams_, &coupled_,
                                                         mapping.data(), OPUS_APPLICATION_AUDIO, &error));
  }
  Check(error);
  Control(OPUS_SET_BITRATE(BitrateOrDefault(options, channels, sample_rate)));
  Control(OPUS_SET_COMPLEXITY(options.effort.value_or(10)));
  opus_int32 lookahead = 0;
  Control(OPUS_GET_LOOKAHEAD(&lookahead));
  pre_skip_ = std::int64_t{lookahead} * ticks_per_frame_;
  packet_.resize(kMostBytesAStream * static_cast<std::size_t>(streams_));
  WriteHeaders(sample_rate, family, mapping);
}

void OpusWriter::WriteHeaders(int sample_rate, int family, const std::vector<unsigned char>& mapping) {
  ByteWriter head;
  head.Text("OpusHead").U8(1).U8(static_cast<int>(mapping.size())).Little(static_cast<std::uint64_t>(pre_skip_), 2);
  head.Little(static_cast<std::uint64_t>(sample_rate), 4).Little(0, 2).U8(family);
  if (family != 0) {
    head.U8(streams_).U8(coupled_);
    for (const unsigned char stream : mapping) head.U8(stream);
  }
  ogg_.Packet(Bytes(head.bytes()), 0, false);
  ogg_.Flush();
  const std::string vendor = opus_get_version_string();
  ByteWriter tags;
  tags.Text("OpusTags").Little(vendor.size(), 4).Text(vendor).Little(0, 4);
  ogg_.Packet(Bytes(tags.bytes()), 0, false);
  ogg_.Flush();
}

void OpusWriter::Write(const float* const* planes, std::int64_t frames) {
  buffer_.Write(planes, frames, [this](float* const* block) { Encode(block); });
}

void OpusWriter::Encode(float* const* planes) {
  const std::size_t channels = order_.size();
  for (std::size_t c = 0; c < channels; ++c) {
    const float* in = planes[order_[c]];
    float* out = interleaved_.data() + c;
    for (std::int64_t i = 0; i < packet_frames_; ++i, out += channels) *out = in[i];
  }
  const auto packet_frames = static_cast<int>(packet_frames_);
  const auto most = static_cast<opus_int32>(packet_.size());
  const int size = pair_
      ? opus_encode_float(pair_.get(), interleaved_.data(), packet_frames, packet_.data(), most)
      : opus_multistream_encode_float(many_.get(), interleaved_.data(), packet_frames, packet_.data(), most);
  Check(size);
  if (packets_ > 0) WriteHeld(false, packets_ * kTicksAPacket);
  held_.assign(packet_.begin(), packet_.begin() + size);
  ++packets_;
}

void OpusWriter::WriteHeld(bool last, std::int64_t granule) {
  ogg_.Packet(held_, granule, last);
  // A page a second, so that players can seek in streams of low bit rates.
  if (last || packets_ % kPacketsASecond == 0) ogg_.Flush();
}

void OpusWriter::Finish(std::int64_t frames) {
  // The encoder's delay is filled up with silence, and at least one packet tells where the stream ends.
  const std::int64_t end = pre_skip_ + frames * ticks_per_frame_;
  if (buffer_.filled() > 0) Encode(buffer_.Rest());
  if (packets_ * kTicksAPacket < end) {
    std::vector<float> silence(static_cast<std::size_t>(packet_frames_));
    std::vector<float*> planes(order_.size(), silence.data());
    while (packets_ * kTicksAPacket < end) Encode(planes.data());
  }
  WriteHeld(true, end);
}

}  // namespace klay::internal
