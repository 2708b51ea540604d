// The exact length of the audio tracks of an MP4 or QuickTime file, which FFmpeg's demuxer does not tell: it applies
// edit lists only to the tick of the movie, often a millisecond, and leaves the encoder's padding in the last packets.
//
//   moov / mvhd (ticks of the movie), trak / tkhd (id), edts / elst (edits), mdia / mdhd (ticks and duration of the
//   media)
// A box is size32 type[4] bytes; size 1: a 64-bit size follows; size 0: to the end (ISO/IEC 14496-12, section 4.2).
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "klay/audio/buffered_source.h"

namespace klay::internal {

// In ticks of `ticks_per_second`.
struct MovLength {
  std::int64_t ticks = 0;
  std::int64_t ticks_per_second = 0;
};

struct MovOutline {
  // By track id; only tracks that are one stretch of their media (one edit, or none), which is what encoders write.
  // Empty for fragmented files.
  std::map<std::uint32_t, MovLength> tracks;
  bool fragmented = false;
  // How many bytes a box promises beyond the end of the file.
  std::uint64_t missing_bytes = 0;
};

// Moves `source`; begins at its start.
MovOutline ReadMovOutline(BufferedSource& source);

// The number of samples in an "iTunSMPB" tag, which iTunes writes instead of an edit list.
std::optional<std::int64_t> ITunesSamples(const char* tag);

}  // namespace klay::internal
