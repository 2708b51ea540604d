// OggReader: Vorbis, Opus and FLAC in Ogg, without FFmpeg's demuxer, which drops damaged pages in silence and miscounts
// short files. Of several streams in one file the first of these codecs is taken. Streams one after another ("chained",
// as internet radio records them) are read as one signal if rate and channels stay.
//
// Exact length: by the position on the pages; the encoder's delay and the surplus of the last packet are cut off.
// Found out: every damaged page (checksum), missing pages (sequence numbers), and a stream that ends without the page
// that is marked as its last. Not knowable: nothing short of a forged checksum. Kept in time: exactly, by the position
// on the first page after a gap.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "klay/audio/buffered_source.h"
#include "klay/audio/damage_log.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/ogg_codec.h"
#include "klay/audio/ogg_page.h"
#include "klay/audio/packet_reader.h"

namespace klay::internal {

class OggReader : public PacketReader {
 public:
  // Null, with the source where it was, if the file has no stream of these codecs. `source` stands at the first page.
  static std::unique_ptr<OggReader> Open(BufferedSource& source, DamageLog& damage, DecodeReport& report);

  const AVCodecParameters& codec() const override { return *parameters_; }
  bool Next(AVPacket& packet) override;
  bool NextStream() override;
  AVRational time_base() const override { return {1, parameters_->sample_rate}; }
  bool verifies_checksums() const override { return true; }
  std::optional<int> warm_up_packets() const override;
  std::int64_t first_frame() const override { return first_frame_; }
  std::optional<std::int64_t> end_frame() const override { return end_frame_; }

 private:
  struct Packet {
    ByteView bytes;
    int duration;
  };

  OggReader(BufferedSource& source, DamageLog& damage, DecodeReport& report);

  bool StartStream();
  void LookAtEnd();
  void UseEnd();
  std::optional<OggPage> NextPage();
  std::optional<OggPage> PeekPage();
  bool LoadPage();
  void CheckOrder(const OggPage& page);
  std::vector<ByteView> SplitPage(const OggPage& page);
  void TakePackets(const OggPage& page, const std::vector<ByteView>& packets);
  void PlaceInTime(const OggPage& page, std::int64_t duration);
  void LosePages(const std::string& what);
  double Seconds() const;

  BufferedSource& source_;
  DamageLog& damage_;
  DecodeReport& report_;
  AvCodecParameters parameters_ = MakeCodecParameters();

  std::unique_ptr<OggCodec> codec_;
  std::uint32_t serial_ = 0;
  std::uint32_t next_sequence_ = 0;
  bool headers_done_ = false;
  bool ended_ = false;  // the page marked as the last has been read
  bool missing_end_noted_ = false;
  bool lost_ = false;           // pages were lost since the last one that told its position
  bool started_ = false;        // the timeline has its origin
  std::size_t page_bytes_ = 0;  // of the page that packets_ lies in, to be consumed before the next

  // What the last page of the file says.
  std::optional<std::uint32_t> end_serial_;
  std::optional<std::int64_t> end_granule_;
  bool end_marked_ = false;

  std::string partial_;  // the beginning of a packet that goes on on the next page
  std::string joined_;   // a packet put together from several pages
  std::vector<Packet> packets_;
  std::size_t next_packet_ = 0;

  std::int64_t position_ = 0;  // of the next packet, on a timeline that starts where the first page's granule says
  std::int64_t granule_offset_ = 0;  // granule less position, where they agree
  std::int64_t first_frame_ = 0;
  std::optional<std::int64_t> end_frame_;
  std::int64_t stream_begin_ = 0;  // where the current chained stream's signal begins
};

}  // namespace klay::internal
