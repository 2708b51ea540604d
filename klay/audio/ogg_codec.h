// What an Ogg reader must know of the codec inside: which packets are headers, and how long each audio packet is.
// Vorbis (its specification, appendix A), Opus (RFC 7845 and 6716) and FLAC (the mapping in RFC 9639, section 10.1).
#pragma once

#include <cstdint>
#include <memory>

#include "klay/audio/buffered_source.h"
#include "klay/audio/ffmpeg.h"

namespace klay::internal {

class OggCodec {
 public:
  // By the first packet of a stream; null for codecs that are not among the three.
  static std::unique_ptr<OggCodec> Recognise(ByteView first_packet);

  virtual ~OggCodec() = default;

  // Takes the packets of a stream in order, the first included, for as long as it returns true. Once it returns false
  // the headers are complete, and that packet is audio. Throws AudioError for a header that is wrong.
  virtual bool TakeHeader(ByteView packet) = 0;

  // Completes codec id, extradata, rate and channels.
  virtual void Describe(AVCodecParameters& parameters) const = 0;

  // How many samples a packet adds. Call it for each audio packet, once, in order.
  virtual int Duration(ByteView packet) = 0;

  // Samples at the very beginning that are not part of the signal.
  virtual int pre_skip() const { return 0; }
};

}  // namespace klay::internal
