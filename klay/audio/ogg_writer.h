// OggWriter: packets into the pages of an Ogg stream (RFC 3533), with libogg.
#pragma once

#include <ogg/ogg.h>

#include <cstdint>

#include "beam/base/byte_sink.h"
#include "klay/audio/buffered_source.h"

namespace klay::internal {

class OggWriter {
 public:
  OggWriter(beam::ByteSink& sink, std::uint64_t seed);
  ~OggWriter();
  OggWriter(const OggWriter&) = delete;
  OggWriter& operator=(const OggWriter&) = delete;

  // `granule` is the position in samples behind the packet, as the codec's mapping defines it. Pages are written as
  // they fill up.
  void Packet(ByteView bytes, std::int64_t granule, bool last);
  void Packet(ogg_packet& packet);

  // Ends the page that is being filled.
  void Flush();

 private:
  void WritePage(const ogg_page& page);

  beam::ByteSink& sink_;
  ogg_stream_state stream_ = {};
  std::int64_t packets_ = 0;
};

}  // namespace klay::internal
