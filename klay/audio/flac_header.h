// The headers of FLAC: the STREAMINFO block of a file and the header of each frame (RFC 9639).
#pragma once

#include <cstdint>
#include <optional>

#include "klay/audio/buffered_source.h"

namespace klay::internal {

inline constexpr std::size_t kFlacStreamInfoBytes = 34;

// min_block16 max_block16 min_frame24 max_frame24 rate20 channels-1:3 bits-1:5 total_samples36 md5[16]
struct FlacStreamInfo {
  int max_block = 0;                  // samples in a frame, at most
  std::uint32_t min_frame_bytes = 0;  // 0: unknown
  int sample_rate = 0;
  int channels = 0;
  int bits = 0;
  // Nothing where the encoder did not know it. A file of no samples is one whose checksum is that of nothing.
  std::optional<std::int64_t> total_samples;
};

// Nothing if these 34 bytes make no sense.
std::optional<FlacStreamInfo> ParseFlacStreamInfo(ByteView block);

struct FlacFrameHeader {
  bool variable_blocks = false;
  // The number of the first sample where blocks vary in size, of the frame where they do not.
  std::uint64_t number = 0;
  int samples = 0;  // in each channel
  int channels = 0;
  std::size_t bytes = 0;  // of this header
};

inline constexpr std::size_t kMaxFlacFrameHeaderBytes = 16;

// Nothing if no header with a right checksum begins here, or one that contradicts `info` (rate, bits, channels).
std::optional<FlacFrameHeader> ParseFlacFrameHeader(ByteView bytes, const FlacStreamInfo& info);

}  // namespace klay::internal
