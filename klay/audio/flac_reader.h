// FlacReader: native FLAC files as a row of frames. FFmpeg's parser and decoder check each frame's checksum several
// times or not at all, and lose count of what they skip; here it is checked once.
//
// Exact length: by the STREAMINFO block, against which the count of decoded frames is held.
// Found out: every damaged frame (CRC-16), missing frames (they are numbered), a file that ends early. Not knowable:
// the end of a file whose encoder did not know its length, cut between two frames. Kept in time: exactly, by the
// numbers of the frames.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "klay/audio/buffered_source.h"
#include "klay/audio/damage_log.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/flac_header.h"
#include "klay/audio/packet_reader.h"

namespace klay::internal {

class FlacReader : public PacketReader {
 public:
  // `source` stands at "fLaC".
  FlacReader(BufferedSource& source, DamageLog& damage, DecodeReport& report);

  const AVCodecParameters& codec() const override { return *codec_; }
  bool Next(AVPacket& packet) override;
  AVRational time_base() const override { return {1, info_.sample_rate}; }
  bool verifies_checksums() const override { return true; }
  std::optional<int> warm_up_packets() const override { return 0; }
  void SeekForward(std::int64_t position) override;

 private:
  void ReadMetadata();
  std::optional<std::size_t> FindEnd(const FlacFrameHeader& header);
  std::optional<std::int64_t> FindFrame(std::uint64_t from, std::uint64_t end);
  bool Resync(std::size_t from, const std::string& what);
  std::int64_t PositionOf(const FlacFrameHeader& header) const;
  bool IsPlausible(const FlacFrameHeader& header) const;

  BufferedSource& source_;
  DamageLog& damage_;
  FlacStreamInfo info_;
  AvCodecParameters codec_ = MakeCodecParameters();
  std::int64_t position_ = 0;  // of the next frame, in samples
  std::uint64_t scanned_in_vain_ = 0;
  bool any_ = false;  // a frame has been handed out
};

}  // namespace klay::internal
