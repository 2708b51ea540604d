#include "klay/audio/mp3_header.h"

#include <cstring>
#include <string_view>
#include <utility>

#include "klay/audio/byte_order.h"
#include "klay/audio/crc.h"

namespace klay::internal {
namespace {

using namespace std::string_view_literals;

// In kbit/s, by index; [0] MPEG-1, [1] MPEG-2 and 2.5; by layer.
constexpr int kBitRates[2][3][15] = {{{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
                                      {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
                                      {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}},
                                     {{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
                                      {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
                                      {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}}};
constexpr int kMpeg1Rates[3] = {44100, 48000, 32000};

bool HasAt(ByteView bytes, std::size_t at, std::string_view text) {
  return bytes.size() >= at + text.size() && std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

// FFmpeg takes its checksum over a fixed stretch, in mono beyond the checksum's own place, which is still zero then.
std::uint16_t FfmpegTagCrc(ByteView frame, std::size_t crc_at) {
  constexpr std::size_t kStretch = 190;
  if (frame.size() < kStretch || crc_at + 2 > kStretch) return 0;
  constexpr std::uint8_t kZeros[2] = {};
  const std::uint16_t crc = LameCrc(LameCrc(0, frame.first(crc_at)), kZeros);
  return LameCrc(crc, frame.subspan(crc_at + 2, kStretch - crc_at - 2));
}

// LAME's part of the Xing header: its version in nine bytes, twelve of settings, delay and padding in three, ..., at
// the end the CRC of the audio and the CRC of all that came before in this frame.
void ParseLame(ByteView frame, std::size_t at, Mp3FileHeader& result) {
  constexpr std::size_t kSize = 36;
  if (frame.size() < at + kSize) return;
  if (!HasAt(frame, at, "LAME"sv) && !HasAt(frame, at, "Lavf"sv) && !HasAt(frame, at, "Lavc"sv)) return;
  const auto delays = static_cast<int>(BigEndian(frame.data() + at + 21, 3));
  result.delay = delays >> 12;
  result.padding = delays & 0xFFF;
  const std::uint16_t tag_crc = Be16(frame.data() + at + 34);
  if (LameCrc(0, frame.first(at + 34)) == tag_crc || FfmpegTagCrc(frame, at + 34) == tag_crc) {
    result.audio_crc = Be16(frame.data() + at + 32);
  }
}

}  // namespace

std::optional<Mp3FrameHeader> ParseMp3FrameHeader(ByteView bytes) {
  if (bytes.size() < kMp3HeaderBytes || bytes[0] != 0xFF || (bytes[1] & 0xE0) != 0xE0) return std::nullopt;
  Mp3FrameHeader header;
  header.version = bytes[1] >> 3 & 3;
  header.layer = 4 - (bytes[1] >> 1 & 3);
  const int bit_rate_index = bytes[2] >> 4;
  const int rate_index = bytes[2] >> 2 & 3;
  if (header.version == 1 || header.layer == 4 || bit_rate_index == 0 || bit_rate_index == 15 || rate_index == 3) {
    return std::nullopt;
  }
  const bool mpeg1 = header.version == 3;
  const std::size_t padding = bytes[2] >> 1 & 1;
  const int bit_rate = 1000 * kBitRates[mpeg1 ? 0 : 1][header.layer - 1][bit_rate_index];
  header.sample_rate = kMpeg1Rates[rate_index] >> (mpeg1 ? 0 : header.version == 2 ? 1 : 2);
  header.channels = bytes[3] >> 6 == 3 ? 1 : 2;
  if (header.layer == 1) {
    header.frames = 384;
    header.bytes = 4 * (static_cast<std::size_t>(12 * bit_rate / header.sample_rate) + padding);
  } else {
    header.frames = header.layer == 3 && !mpeg1 ? 576 : 1152;
    header.bytes = static_cast<std::size_t>(header.frames / 8 * bit_rate / header.sample_rate) + padding;
  }
  const bool crc = (bytes[1] & 1) == 0;
  const std::size_t side_info = mpeg1 ? (header.channels == 1 ? 17 : 32) : (header.channels == 1 ? 9 : 17);
  header.side_info_end = kMp3HeaderBytes + (crc ? 2 : 0) + side_info;
  return header;
}

std::optional<Mp3FileHeader> ParseMp3FileHeader(const Mp3FrameHeader& header, ByteView frame) {
  if (header.layer != 3) return std::nullopt;
  Mp3FileHeader result;
  // Encoders put the tag behind the side information as it is without a CRC, whether there is one or not; some count
  // it.
  const std::size_t crc = (frame[1] & 1) == 0 ? 2 : 0;
  for (const std::size_t tag : {header.side_info_end - crc, header.side_info_end}) {
    if (!HasAt(frame, tag, "Xing"sv) && !HasAt(frame, tag, "Info"sv)) continue;
    if (frame.size() < tag + 8) return std::nullopt;
    const std::uint32_t flags = Be32(frame.data() + tag + 4);
    std::size_t at = tag + 8;
    for (const auto& [flag, size] : {std::pair{1U, 4U}, {2U, 4U}, {4U, 100U}, {8U, 4U}}) {
      if ((flags & flag) == 0) continue;
      if (frame.size() < at + size) return std::nullopt;
      if (flag == 1) result.frame_count = Be32(frame.data() + at);
      if (flag == 2) result.bytes = Be32(frame.data() + at);
      at += size;
    }
    ParseLame(frame, at, result);
    return result;
  }
  constexpr std::size_t kVbriAt = 36;
  if (HasAt(frame, kVbriAt, "VBRI"sv) && frame.size() >= kVbriAt + 18) {
    result.bytes = Be32(frame.data() + kVbriAt + 10);
    result.frame_count = Be32(frame.data() + kVbriAt + 14);
    return result;
  }
  return std::nullopt;
}

std::uint64_t Id3v2Size(ByteView bytes) {
  if (bytes.size() < 10 || !HasAt(bytes, 0, "ID3"sv) || bytes[3] == 0xFF || bytes[4] == 0xFF) return 0;
  std::uint64_t size = 0;
  for (std::size_t i = 6; i < 10; ++i) {
    if (bytes[i] >= 0x80) return 0;
    size = size << 7 | bytes[i];
  }
  const bool footer = (bytes[5] & 0x10) != 0;
  return size + (footer ? 20 : 10);
}

}  // namespace klay::internal
