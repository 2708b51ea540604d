// PacketDecoder: packets through an FFmpeg decoder into planar float, with encoder delay and padding cut off and lost
// packets replaced by silence of their length.
//
// Not thread-safe; decodes in the calling thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "klay/audio/block_reader.h"
#include "klay/audio/damage_log.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/ffmpeg.h"
#include "klay/audio/packet_reader.h"

namespace klay::internal {

class PacketDecoder : public BlockReader {
 public:
  // Decodes up to the first frame, because only that tells the true rate and channels. Completes report.info. `report`,
  // `damage` and `options` must outlive it. `file_bytes` bounds how much silence may stand for what was lost.
  PacketDecoder(std::unique_ptr<PacketReader> reader, std::optional<std::uint64_t> file_bytes,
                const DecodeOptions& options, DamageLog& damage, DecodeReport& report);

  std::int64_t Read(float* const* planes, std::int64_t capacity) override;
  std::int64_t Skip(std::int64_t frames) override;

 private:
  struct QueuedPacket {
    AvPacket packet;
    bool after_loss;
  };

  bool NextFrame();
  bool NextPacket();
  void QueuePackets(std::int64_t target, std::size_t warm_up);
  std::int64_t DeliveredUpTo() const;
  void SendNextPacket();
  void StartNextStream();
  void OnDecoderError(int error);
  void DecoderReports(const std::string& text);
  bool Accept();
  void CheckParameters();
  std::int64_t MostConcealed() const;
  void PlaceInTime();
  void Trim();
  std::int64_t SamplesOf(std::int64_t pts) const;
  double SecondsAt(std::int64_t position) const;

  const DecodeOptions& options_;
  DamageLog& damage_;
  DecodeReport& report_;
  std::unique_ptr<PacketReader> reader_;
  const std::optional<std::uint64_t> file_bytes_;
  AvLogCollector log_;
  AvCodecContext codec_;
  AvPacket packet_ = MakePacket();
  AvFrame frame_ = MakeFrame();

  std::deque<QueuedPacket> queue_;  // what Skip() has read and the decoder is to be given next
  bool after_loss_ = false;         // packets were lost before packet_
  bool read_all_ = false;
  bool sent_all_ = false;
  bool finished_ = false;
  std::int64_t position_ = 0;  // of the next sample that comes out of the decoder, on the reader's timeline
  bool positioned_ = false;
  double packet_seconds_ = 0;     // where the last packet belongs, for error texts
  std::int64_t losses_seen_ = 0;  // damage_.count() when the last frame came
  std::int64_t taken_ = 0;        // frames delivered or about to be
  // Where the packet begins that Skip() was looking for. What comes before it only warms the decoder up, and may be
  // wrong.
  std::int64_t warm_until_ = INT64_MIN;
  int frames_to_place_ = 0;        // so many more frames are put where their timestamps say
  std::int64_t silence_left_ = 0;  // to be delivered before frame_
  std::int64_t frame_begin_ = 0;   // what is left of frame_: [frame_begin_, frame_end_)
  std::int64_t frame_end_ = 0;
  std::vector<float*> plane_positions_;
};

}  // namespace klay::internal
