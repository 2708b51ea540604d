#include "klay/audio/ogg_codec.h"

extern "C" {
#include <libavcodec/vorbis_parser.h>
}

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "klay/audio/audio_error.h"
#include "klay/audio/byte_order.h"
#include "klay/audio/flac_header.h"

namespace klay::internal {
namespace {

using namespace std::string_view_literals;

bool StartsWith(ByteView bytes, std::string_view text) {
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).starts_with(text);
}

ByteView BytesOf(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

struct FreeVorbisParser {
  void operator()(AVVorbisParseContext* parser) const { av_vorbis_parse_free(&parser); }
};

class VorbisCodec : public OggCodec {
 public:
  bool TakeHeader(ByteView packet) override {
    constexpr std::string_view kBegins[] = {"\x01vorbis"sv, "\x03vorbis"sv, "\x05vorbis"sv};
    if (headers_ == 3) return false;
    if (!StartsWith(packet, kBegins[headers_])) throw AudioError("damaged: a Vorbis header is missing");
    if (headers_ == 0) {
      if (packet.size() < 30) throw AudioError("damaged: the Vorbis header is too short");
      identification_.assign(packet.begin(), packet.end());
      channels_ = packet[11];
      sample_rate_ = Le32(packet.data() + 12);
      if (channels_ == 0 || sample_rate_ == 0) throw AudioError("damaged: the Vorbis header says 0 channels or 0 Hz");
    }
    if (headers_ == 2) {
      setup_.assign(packet.begin(), packet.end());
      extradata_ = Extradata();
      parser_.reset(av_vorbis_parse_init(BytesOf(extradata_).data(), static_cast<int>(extradata_.size())));
      if (parser_ == nullptr) throw AudioError("damaged: the Vorbis setup header is wrong");
    }
    ++headers_;
    return true;
  }

  void Describe(AVCodecParameters& parameters) const override {
    parameters.codec_id = AV_CODEC_ID_VORBIS;
    parameters.sample_rate = static_cast<int>(std::min<std::uint32_t>(sample_rate_, INT32_MAX));
    SetChannelCount(parameters, channels_);
    SetExtradata(parameters, BytesOf(extradata_));
  }

  int Duration(ByteView packet) override {
    const int samples = av_vorbis_parse_frame(parser_.get(), packet.data(), static_cast<int>(packet.size()));
    // A block only becomes samples together with the next: the first gives none.
    if (first_audio_) {
      first_audio_ = false;
      return 0;
    }
    return std::max(samples, 0);
  }

 private:
  // The three headers as FFmpeg wants them ("Xiph lacing"). The comments, often a cover picture, are left out.
  std::string Extradata() const {
    constexpr std::string_view kNoComments = "\x03vorbis"sv;
    std::string bytes(1, '\x02');
    for (const std::size_t size : {identification_.size(), kNoComments.size()}) {
      bytes.append(size / 255, '\xFF');
      bytes.push_back(static_cast<char>(size % 255));
    }
    return bytes.append(identification_).append(kNoComments).append(setup_);
  }

  int headers_ = 0;
  std::string identification_;
  std::string setup_;
  std::string extradata_;
  int channels_ = 0;
  std::uint32_t sample_rate_ = 0;
  bool first_audio_ = true;
  std::unique_ptr<AVVorbisParseContext, FreeVorbisParser> parser_;
};

class OpusCodec : public OggCodec {
 public:
  bool TakeHeader(ByteView packet) override {
    if (headers_ == 2) return false;
    if (headers_ == 0) {
      if (packet.size() < 19 || (packet[8] & 0xF0) != 0) throw AudioError("damaged: the Opus header is wrong");
      head_.assign(packet.begin(), packet.end());
      if (packet[9] == 0) throw AudioError("damaged: the Opus header says 0 channels");
    } else if (!StartsWith(packet, "OpusTags"sv)) {
      throw AudioError("damaged: the second Opus header is missing");
    }
    ++headers_;
    return true;
  }

  void Describe(AVCodecParameters& parameters) const override {
    parameters.codec_id = AV_CODEC_ID_OPUS;
    parameters.sample_rate = kRate;
    SetChannelCount(parameters, BytesOf(head_)[9]);
    SetExtradata(parameters, BytesOf(head_));
  }

  // RFC 6716, section 3.1: five bits of the first byte tell the length of a frame, two how many there are.
  int Duration(ByteView packet) override {
    if (packet.empty()) return 0;
    const int config = packet[0] >> 3;
    int frame = 0;
    if (config < 12) {
      constexpr int kSilk[4] = {480, 960, 1920, 2880};
      frame = kSilk[config & 3];
    } else if (config < 16) {
      frame = (config & 1) == 0 ? 480 : 960;
    } else {
      frame = 120 << (config & 3);
    }
    constexpr int kLongest = 5760;
    switch (packet[0] & 3) {
      case 0: return frame;
      case 1:
      case 2: return 2 * frame;
      default: return packet.size() < 2 ? 0 : std::min(frame * (packet[1] & 63), kLongest);
    }
  }

  int pre_skip() const override { return Le16(BytesOf(head_).data() + 10); }

 private:
  static constexpr int kRate = 48000;
  int headers_ = 0;
  std::string head_;
};

class FlacCodec : public OggCodec {
 public:
  bool TakeHeader(ByteView packet) override {
    if (!info_) {
      // 0x7F "FLAC" version16 header_packets16 "fLaC" block_header32 STREAMINFO
      constexpr std::size_t kInfoAt = 17;
      if (packet.size() >= kInfoAt + kFlacStreamInfoBytes) info_ = ParseFlacStreamInfo(packet.subspan(kInfoAt));
      if (!info_) throw AudioError("damaged: the FLAC header is wrong");
      stream_info_.assign(packet.begin() + kInfoAt, packet.begin() + kInfoAt + kFlacStreamInfoBytes);
      return true;
    }
    return !packet.empty() && packet[0] != 0xFF;
  }

  void Describe(AVCodecParameters& parameters) const override {
    parameters.codec_id = AV_CODEC_ID_FLAC;
    parameters.sample_rate = info_->sample_rate;
    SetChannelCount(parameters, info_->channels);
    SetExtradata(parameters, BytesOf(stream_info_));
  }

  int Duration(ByteView packet) override {
    const auto header = ParseFlacFrameHeader(packet, *info_);
    return header ? header->samples : 0;
  }

 private:
  std::optional<FlacStreamInfo> info_;
  std::string stream_info_;
};

}  // namespace

std::unique_ptr<OggCodec> OggCodec::Recognise(ByteView first_packet) {
  if (StartsWith(first_packet, "\x01vorbis"sv)) return std::make_unique<VorbisCodec>();
  if (StartsWith(first_packet, "OpusHead"sv)) return std::make_unique<OpusCodec>();
  if (StartsWith(first_packet,
                 "\x7F"
                 "FLAC"sv))
    return std::make_unique<FlacCodec>();
  return nullptr;
}

}  // namespace klay::internal
