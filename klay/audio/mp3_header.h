// The headers of MPEG audio: of each frame, and of a whole file (Xing, LAME, VBRI).
//
// A frame starts with four bytes, most significant bit first:
//   sync 11 | version 2 | layer 2 | no_crc 1 | bit_rate 4 | rate 2 | padding 1 | private 1 | mode 2 | ... 6
// Sources: ISO/IEC 11172-3 and 13818-3; the Xing, LAME and VBRI headers as their encoders write them.
#pragma once

#include <cstdint>
#include <optional>

#include "klay/audio/buffered_source.h"

namespace klay::internal {

struct Mp3FrameHeader {
  int version = 0;  // the two bits: 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5
  int layer = 0;    // 1, 2 or 3
  int sample_rate = 0;
  int channels = 0;
  std::size_t bytes = 0;          // of the whole frame
  int frames = 0;                 // samples in each channel
  std::size_t side_info_end = 0;  // where the side information of a layer III frame ends, in bytes from its start

  // Whether two frames can follow each other in one stream.
  bool Matches(const Mp3FrameHeader& other) const {
    return version == other.version && layer == other.layer && sample_rate == other.sample_rate
        && channels == other.channels;
  }
};

inline constexpr std::size_t kMp3HeaderBytes = 4;
// No frame is larger: layer II, 384 kbit/s at 32 kHz, and the layer III of 160 kbit/s at 8 kHz.
inline constexpr std::size_t kMaxMp3FrameBytes = 2881;

// Nothing if these are not the first four bytes of a frame. Free-format frames (of unstated bit rate) are not
// recognised.
std::optional<Mp3FrameHeader> ParseMp3FrameHeader(ByteView bytes);

// What the first frame of a file may say about the whole; such a frame is no audio itself.
struct Mp3FileHeader {
  std::optional<std::int64_t> frame_count;  // audio frames, without this one
  std::optional<std::uint64_t> bytes;       // from this frame to the end of the last
  // Samples that the encoder put before the signal and after it.
  std::optional<int> delay;
  int padding = 0;
  // LameCrc() of all bytes after this frame. Only given if the header's own checksum is right.
  std::optional<std::uint16_t> audio_crc;
};

std::optional<Mp3FileHeader> ParseMp3FileHeader(const Mp3FrameHeader& header, ByteView frame);

// The size of the ID3v2 tag that these bytes (ten of them are enough) begin with, its header and footer included; 0 if
// there is none.
std::uint64_t Id3v2Size(ByteView bytes);

}  // namespace klay::internal
