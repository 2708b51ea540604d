// Mp3Reader: MPEG audio (layers I to III) as a row of frames, without FFmpeg's demuxer and parser: faster, and it sees
// what they skip over in silence.
//
// Exact length: with the header that LAME and FFmpeg write, the encoder's delay and padding are cut off. Without it
// they remain, as nothing tells them. Found out: bytes between, before and behind the frames that are neither audio nor
// a tag; a last frame that is not whole; fewer frames or bytes than a Xing, LAME or VBRI header promises, or more
// frames; audio that does not match the LAME header's checksum. Not knowable: a file without such a header that was cut
// between two frames, and changes within its frames that leave them decodable. Kept in time: frames lost to garbage, by
// the average size of a frame (exact for a constant bit rate).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "klay/audio/buffered_source.h"
#include "klay/audio/damage_log.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/mp3_header.h"
#include "klay/audio/packet_reader.h"

namespace klay::internal {

// How many bytes from the source's position on a row of MPEG audio frames begins, within the first 32 KiB. Does not
// move.
std::optional<std::size_t> FindMp3(BufferedSource& source);

class Mp3Reader : public PacketReader {
 public:
  // `source` stands where FindMp3() looked, `before` is what it found.
  Mp3Reader(BufferedSource& source, std::size_t before, DamageLog& damage, DecodeReport& report);

  const AVCodecParameters& codec() const override { return *codec_; }
  bool Next(AVPacket& packet) override;
  AVRational time_base() const override { return {1, first_.sample_rate}; }
  std::int64_t first_frame() const override { return trim_begin_; }
  std::optional<std::int64_t> end_frame() const override { return trim_end_; }
  bool flush_after_loss() const override { return true; }
  std::optional<int> warm_up_packets() const override;

 private:
  void ReadFileHeader();
  void DescribeLength(const Mp3FileHeader& header, std::uint64_t header_position);
  void GoBeyondPromise();
  bool SkipTag(ByteView bytes);
  bool Resync();
  void CheckEnd();
  double Seconds() const;

  BufferedSource& source_;
  DamageLog& damage_;
  DecodeReport& report_;
  AvCodecParameters codec_ = MakeCodecParameters();
  Mp3FrameHeader first_;
  std::string header_name_;                    // "the LAME header"; empty without one
  std::optional<std::int64_t> frame_count_;    // promised
  std::optional<std::uint64_t> end_position_;  // promised, in the file
  std::optional<std::uint16_t> audio_crc_;
  std::uint16_t crc_ = 0;
  bool mp3gain_ = false;
  std::int64_t trim_begin_ = 0;
  std::optional<std::int64_t> trim_end_;
  std::int64_t frames_found_ = 0;
  std::int64_t frames_lost_ = 0;
  std::uint64_t bytes_found_ = 0;
  std::uint64_t frames_end_ = 0;  // position after the last frame
  bool at_end_ = false;
};

}  // namespace klay::internal
