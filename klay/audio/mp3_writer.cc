#include "klay/audio/mp3_writer.h"

#include <lame/lame.h>

#include <algorithm>
#include <array>
#include <new>
#include <string>

#include "klay/audio/audio_error.h"
#include "klay/audio/byte_writer.h"
#include "klay/audio/crc.h"
#include "klay/audio/encode_limits.h"
#include "klay/audio/mp3_header.h"

namespace klay::internal {
namespace {

constexpr std::int64_t kBlock = 1152;
// What lame.h asks for: 1.25 bytes a sample and 7200.
constexpr std::size_t kBytes = kBlock * 5 / 4 + 7200;

// LAME puts so many samples before the signal; after it at least as many, up to the end of a frame.
constexpr std::int64_t kDelay = 576;
constexpr std::int64_t kLeastPadding = 576;

// From the first byte of its frame to the end of LAME's header, which has a seek table of 100 bytes, in stereo.
constexpr std::size_t kLameHeaderBytes = 36 + 120 + 36;
// Ours, behind the side information: name, flags, count of frames, LAME's extension.
constexpr std::size_t kOwnHeaderBytes = 12 + 36;

std::size_t FrameBytes(int sample_rate, int bitrate) {
  return static_cast<std::size_t>((sample_rate >= 32000 ? 144 : 72) * bitrate / sample_rate);
}

struct Mp3Length {
  std::int64_t mp3_frames = 0;
  std::int64_t padding = 0;
};

Mp3Length LengthFor(std::int64_t frames, std::int64_t frames_of_each) {
  const std::int64_t samples = frames + kDelay;
  Mp3Length length;
  length.padding = frames_of_each - samples % frames_of_each;
  if (length.padding < kLeastPadding) length.padding += frames_of_each;
  length.mp3_frames = (samples + length.padding) / frames_of_each;
  return length;
}

void IgnoreMessage(const char* /*format*/, va_list /*arguments*/) {}

}  // namespace

void Mp3Writer::CloseLame::operator()(lame_global_struct* lame) const { lame_close(lame); }

Mp3Writer::Mp3Writer(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options)
    : sink_(sink),
      expected_frames_(options.expected_frames),
      constant_bitrate_(!options.quality),
      buffer_(channels, kBlock, Cleaning::kForLossy),
      bytes_(kBytes) {
  Configure(channels, sample_rate, options, 1);
  // LAME makes everything quieter by 5 % at 160 kbit/s and below, by 3 % at 192. Louder by as much, it stays as it is.
  const float scale = lame_get_scale(lame_.get());
  if (scale != 1) Configure(channels, sample_rate, options, 1 / scale);
}

void Mp3Writer::Configure(int channels, int sample_rate, const EncodeOptions& options, float scale) {
  lame_.reset(lame_init());
  if (lame_ == nullptr) throw std::bad_alloc();
  lame_t lame = lame_.get();
  lame_set_errorf(lame, IgnoreMessage);
  lame_set_debugf(lame, IgnoreMessage);
  lame_set_msgf(lame, IgnoreMessage);
  lame_set_num_channels(lame, channels);
  lame_set_mode(lame, channels == 1 ? MONO : JOINT_STEREO);
  lame_set_scale(lame, scale);
  lame_set_in_samplerate(lame, sample_rate);
  lame_set_out_samplerate(lame, sample_rate);
  const int bitrate = BitrateOrDefault(options, channels, sample_rate);
  if (constant_bitrate_) {
    lame_set_VBR(lame, vbr_off);
    lame_set_brate(lame, bitrate / 1000);
  } else {
    lame_set_VBR(lame, vbr_default);
    lame_set_VBR_quality(lame, static_cast<float>(*options.quality));
  }
  if (options.effort) lame_set_quality(lame, *options.effort);
  lame_set_write_id3tag_automatic(lame, 0);
  own_header_ = !sink_.CanRewrite() || (constant_bitrate_ && FrameBytes(sample_rate, bitrate) < kLameHeaderBytes);
  lame_set_bWriteVbrTag(lame, own_header_ ? 0 : 1);
  if (lame_init_params(lame) < 0) throw AudioError("mp3: LAME does not take these settings");
  const bool changed =
      lame_get_out_samplerate(lame) != sample_rate || (constant_bitrate_ && lame_get_brate(lame) != bitrate / 1000);
  if (changed) {
    throw AudioError("mp3: LAME would make " + std::to_string(lame_get_brate(lame)) + " kbit/s at "
                     + std::to_string(lame_get_out_samplerate(lame)) + " Hz of it");
  }
}

void Mp3Writer::Write(const float* const* planes, std::int64_t frames) {
  buffer_.Write(planes, frames, [this](float* const* block) { Encode(block, kBlock); });
}

void Mp3Writer::Encode(float* const* planes, std::int64_t frames) {
  const float* right = planes[lame_get_num_channels(lame_.get()) - 1];
  Emit(lame_encode_buffer_ieee_float(lame_.get(), planes[0], right, static_cast<int>(frames), bytes_.data(),
                                     static_cast<int>(bytes_.size())));
}

void Mp3Writer::Emit(int result) {
  if (result < 0) throw AudioError("mp3: LAME fails with error " + std::to_string(result));
  if (result == 0) return;
  const auto size = static_cast<std::size_t>(result);
  if (own_header_ && frame_header_[0] == 0) {
    if (!ParseMp3FrameHeader({bytes_.data(), size})) throw AudioError("mp3: LAME does not begin with a frame");
    std::copy_n(bytes_.data(), kMp3HeaderBytes, frame_header_);
    const std::string header = HeaderFor(expected_frames_.value_or(0));
    sink_.Write(header.data(), header.size());
  }
  sink_.Write(bytes_.data(), size);
}

// A frame without audio, like the others but for a bit rate at which the header has room in it.
std::string Mp3Writer::HeaderFor(std::int64_t frames) const {
  std::array<std::uint8_t, kMp3HeaderBytes> bytes;
  std::ranges::copy(frame_header_, bytes.begin());
  bytes[1] |= 1;                                           // no checksum of the frame
  bytes[2] = static_cast<std::uint8_t>(bytes[2] & ~0x02);  // no padding
  std::optional<Mp3FrameHeader> frame;
  for (int index = 1; index < 15; ++index) {
    bytes[2] = static_cast<std::uint8_t>(index << 4 | (bytes[2] & 0x0F));
    frame = ParseMp3FrameHeader(bytes);
    if (frame && frame->bytes >= frame->side_info_end + kOwnHeaderBytes) break;
  }
  const Mp3Length length = LengthFor(frames, frame->frames);
  ByteWriter out;
  out.Text({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).Zeros(frame->side_info_end - bytes.size());
  out.Text(constant_bitrate_ ? "Info" : "Xing").Big(1, 4).Big(static_cast<std::uint64_t>(length.mp3_frames), 4);
  out.Text("LAME3.100").U8(constant_bitrate_ ? 1 : 4).Zeros(11);
  out.Big(static_cast<std::uint64_t>(kDelay << 12 | length.padding), 3).Zeros(10);
  // The checksum of the audio is not known. It is made void by a wrong one of the header itself.
  const std::string& before = out.bytes();
  const auto wrong =
      static_cast<std::uint16_t>(~LameCrc(0, {reinterpret_cast<const std::uint8_t*>(before.data()), before.size()}));
  out.Big(wrong, 2).Zeros(frame->bytes - out.size());
  return out.bytes();
}

void Mp3Writer::Finish(std::int64_t frames) {
  if (buffer_.filled() > 0) {
    const std::int64_t rest = buffer_.filled();
    Encode(buffer_.Rest(), rest);
  }
  Emit(lame_encode_flush(lame_.get(), bytes_.data(), static_cast<int>(bytes_.size())));
  const Mp3Length length = LengthFor(frames, lame_get_framesize(lame_.get()));
  if (lame_get_encoder_delay(lame_.get()) != kDelay || lame_get_encoder_padding(lame_.get()) != length.padding) {
    throw AudioError("mp3: this LAME pads in another way than the header says");
  }
  if (own_header_) {
    const std::string header = HeaderFor(frames);
    if (frames != expected_frames_) sink_.Rewrite(0, header.data(), header.size());
    return;
  }
  const std::size_t size = lame_get_lametag_frame(lame_.get(), bytes_.data(), bytes_.size());
  if (size == 0 || size > bytes_.size()) throw AudioError("mp3: LAME gives no header");
  sink_.Rewrite(0, bytes_.data(), size);
}

}  // namespace klay::internal
