// PacketReader: a container, as the decoder sees it: the codec's parameters, then compressed packets with their times.
#pragma once

#include <cstdint>
#include <optional>

#include "klay/audio/ffmpeg.h"

namespace klay::internal {

class PacketReader {
 public:
  virtual ~PacketReader() = default;

  virtual const AVCodecParameters& codec() const = 0;

  // The next packet, its pts and duration in units of time_base(). False at the end. Damage of the container goes to
  // the DamageLog; a packet after lost ones has a pts that leaves room for them.
  virtual bool Next(AVPacket& packet) = 0;

  // After Next() has returned false: goes on to the next of several streams that follow each other, of which all the
  // above is then true anew. Times go on from where the former stream ended.
  virtual bool NextStream() { return false; }

  virtual AVRational time_base() const = 0;

  // Readers of ours count time in samples and say which part of the timeline is the signal: [first_frame, end_frame).
  // The rest is the encoder's delay and padding. Both are final once the packet they fall into has been handed out.
  // FFmpeg's demuxers attach this to packets instead, and its decoders apply it.
  virtual bool counts_samples() const { return true; }
  virtual std::int64_t first_frame() const { return 0; }
  virtual std::optional<std::int64_t> end_frame() const { return std::nullopt; }
  // Of the others, how long the signal is where the container says so and FFmpeg does not cut it.
  virtual std::optional<double> length_in_seconds() const { return std::nullopt; }

  // Whether every packet has passed a checksum, so that the decoder need not check again.
  virtual bool verifies_checksums() const { return false; }

  // How many packets before a place the decoder must be given so that what comes from there on is, to the bit, what it
  // is after all of them; nothing if only all of them will do.
  virtual std::optional<int> warm_up_packets() const { return std::nullopt; }

  // Where the container tells where its packets lie: moves forward, as far as it can without reading everything, to a
  // packet that begins at sample `position` or before. Otherwise does nothing.
  virtual void SeekForward(std::int64_t /*position*/) {}

  // Whether the decoder must forget its state where packets were lost, because it would combine what does not belong
  // together (mp3's bit reservoir).
  virtual bool flush_after_loss() const { return false; }
};

}  // namespace klay::internal
