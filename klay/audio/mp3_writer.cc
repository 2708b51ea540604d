#include "klay/audio/mp3_writer.h"

#include <lame/lame.h>

#include <algorithm>
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

Mp3Writer::Mp3Writer(ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options)
    : sink_(sink),
      expected_frames_(options.expected_frames),
      constant_bitrate_(!options.quality),
      lame_(lame_init()),
      buffer_(channels, kBlock, Cleaning::kForLossy),
      bytes_(kBytes) {
  if (lame_ == nullptr) throw std::bad_alloc();
  Configure(channels, sample_rate, options);
}

void Mp3Writer::Configure(int channels, int sample_rate, const EncodeOptions& options) {
  lame_t lame = lame_.get();
  lame_set_errorf(lame, IgnoreMessage);
  lame_set_debugf(lame, IgnoreMessage);
  lame_set_msgf(lame, IgnoreMessage);
  lame_set_num_channels(lame, channels);
  lame_set_mode(lame, channels == 1 ? MONO : JOINT_STEREO);
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
  lame_set_bWriteVbrTag(lame, 1);
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
  if (!any_written_ && !sink_.CanRewrite()) PutHeaderForKnownLength(size);
  any_written_ = true;
  sink_.Write(bytes_.data(), size);
}

// The first bytes that come are a frame that holds nothing, where the header belongs.
void Mp3Writer::PutHeaderForKnownLength(std::size_t bytes) {
  const auto frame = ParseMp3FrameHeader({bytes_.data(), bytes});
  if (!frame || frame->bytes > bytes) throw AudioError("mp3: LAME does not begin with a header");
  const Mp3Length length = LengthFor(*expected_frames_, frame->frames);
  ByteWriter header;
  header.Text(constant_bitrate_ ? "Info" : "Xing").Big(1, 4).Big(static_cast<std::uint64_t>(length.mp3_frames), 4);
  const int method = constant_bitrate_ ? 1 : 4;
  header.Text("LAME3.100").U8(method).Zeros(11);
  header.Big(static_cast<std::uint64_t>(kDelay << 12 | length.padding), 3).Zeros(10);
  std::fill(bytes_.begin() + kMp3HeaderBytes, bytes_.begin() + static_cast<std::ptrdiff_t>(frame->bytes),
            std::uint8_t{0});
  const std::string& text = header.bytes();
  const auto end = std::ranges::copy(text, bytes_.begin() + static_cast<std::ptrdiff_t>(frame->side_info_end)).out;
  // The checksum of the audio is not known. It is made void by a wrong one of the header itself.
  const auto before = static_cast<std::size_t>(end - bytes_.begin());
  const auto wrong = static_cast<std::uint16_t>(~LameCrc(0, {bytes_.data(), before}));
  bytes_[before] = static_cast<std::uint8_t>(wrong >> 8);
  bytes_[before + 1] = static_cast<std::uint8_t>(wrong);
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
  if (!sink_.CanRewrite()) return;
  const std::size_t size = lame_get_lametag_frame(lame_.get(), bytes_.data(), bytes_.size());
  if (size == 0 || size > bytes_.size()) throw AudioError("mp3: LAME gives no header");
  sink_.Rewrite(0, bytes_.data(), size);
}

}  // namespace klay::internal
