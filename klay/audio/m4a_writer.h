// M4aWriter: AAC-LC by libavcodec, in an MP4 file that is written from the first to the last byte.
//
//   ftyp  mdat: the packets  moov: what is where
// On a sink that only appends the size of one large mdat could not be known: there, packets are collected and written
// as many small ones. An edit list says which samples are the signal. The index, two bytes a packet, is kept until the
// end. Sources: ISO/IEC 14496-12 (the boxes), 14496-14 and 14496-1 (esds).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "beam/base/byte_sink.h"
#include "klay/audio/av_encoder.h"
#include "klay/audio/block_buffer.h"
#include "klay/audio/block_writer.h"
#include "klay/audio/encode_options.h"

namespace klay::internal {

// What the index at the end of the file says about the packets.
struct M4aIndex {
  struct Chunk {
    std::uint64_t offset = 0;
    std::uint32_t packets = 0;
  };
  std::vector<std::uint16_t> packet_bytes;
  std::vector<Chunk> chunks;
};

struct M4aTrack {
  int channels = 0;
  int sample_rate = 0;
  int packet_frames = 0;
  std::int64_t delay = 0;   // frames before the signal
  std::int64_t frames = 0;  // of the signal
  std::string codec_config;
};

// The whole moov box.
std::string MakeMoov(const M4aTrack& track, const M4aIndex& index);

class M4aWriter : public BlockWriter {
 public:
  M4aWriter(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options);

  void Write(const float* const* planes, std::int64_t frames) override;
  void Finish(std::int64_t frames) override;

 private:
  void Encode(float* const* planes, std::int64_t frames);
  void Take(const AVPacket& packet);
  void WriteChunk();

  beam::ByteSink& sink_;
  M4aTrack track_;
  AvEncoder encoder_;
  BlockBuffer buffer_;
  M4aIndex index_;
  std::string chunk_;
  std::uint32_t packets_in_chunk_ = 0;
  std::uint64_t written_ = 0;
  bool one_mdat_;
};

}  // namespace klay::internal
