// ContainerReader: every container that FFmpeg's libraries read and that is not read by ourselves (m4a, webm, wma,
// aiff, and the rest).
//
// A file can name others inside it (playlists, concat scripts, external tracks): such demuxers are not allowed, and
// nothing but the source given is ever opened. Cover art and other streams are ignored; of several audio streams the
// default one is taken, else the first.
//
// Found out: what the demuxer or the decoder reports, an exact length in the header that is not reached, and declared
// sizes (RIFF, FORM, ASF, Matroska segment) that go beyond the file. Not knowable: changes within compressed data that
// the codec does not protect by a checksum, such as AAC's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "klay/audio/buffered_source.h"
#include "klay/audio/damage_log.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/mov_length.h"
#include "klay/audio/packet_reader.h"

namespace klay::internal {

// The FFmpeg demuxer for content that begins like this, or null if it is nothing we read. `beginning` should be some
// tens of kilobytes where the file has them.
const AVInputFormat* RecogniseContainer(ByteView beginning);

class ContainerReader : public PacketReader {
 public:
  // Reads `source` from its start.
  ContainerReader(const AVInputFormat& format, BufferedSource& source, DamageLog& damage, DecodeReport& report);

  const AVCodecParameters& codec() const override { return *stream_->codecpar; }
  bool Next(AVPacket& packet) override;
  AVRational time_base() const override { return stream_->time_base; }
  bool counts_samples() const override { return false; }
  std::optional<int> warm_up_packets() const override;
  void SeekForward(std::int64_t position) override;
  std::optional<double> length_in_seconds() const override { return length_in_seconds_; }

 private:
  void Open(const AVInputFormat& format);
  void ChooseStream();
  void DescribeLength();
  void DescribeMovLength(const std::map<std::uint32_t, MovLength>& lengths);
  double SecondsAt(std::int64_t pts) const;

  DamageLog& damage_;
  DecodeReport& report_;
  AvLogCollector log_;
  AvSourceIo io_;
  AvInput input_;  // after io_, which it reads from while it closes
  AVStream* stream_ = nullptr;
  double last_seconds_ = 0;
  std::int64_t next_pts_ = 0;  // behind the last packet
  std::optional<double> length_in_seconds_;
};

}  // namespace klay::internal
