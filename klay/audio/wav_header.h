// The header of a WAVE file, up to where its samples begin.
//
//   "RIFF" size32 "WAVE"  { id[4] size32 bytes... (one pad byte after an odd size) }*      all little-endian
//   fmt : tag16 channels16 rate32 bytes_per_second32 block_align16 bits16 [extension]
//   data: the samples, to the size given or, where a program that writes to a pipe could not know it, to the end
// RF64 and BW64 are the same with 64-bit sizes in a ds64 chunk: riff_size64 data_size64 ...
// Sources: Microsoft "Multiple Channel Audio Data and WAVE Files", EBU Tech 3306.
#pragma once

#include <cstdint>
#include <optional>

#include "klay/audio/buffered_source.h"
#include "klay/audio/sample_convert.h"

namespace klay::internal {

struct WavHeader {
  int channels = 0;
  std::uint32_t sample_rate = 0;
  int bytes_per_frame = 0;
  // Nothing for codecs other than plain PCM and float.
  std::optional<SampleFormat> samples;
  std::uint64_t data_begin = 0;
  // Nothing for a streamed file: its samples go to its end.
  std::optional<std::uint64_t> data_size;
};

// Whether the bytes start as a WAVE file does.
bool LooksLikeWav(ByteView beginning);

// Parses from the start of the source and leaves it at the first sample. Throws AudioError if there is no usable
// header.
WavHeader ReadWavHeader(BufferedSource& source);

}  // namespace klay::internal
