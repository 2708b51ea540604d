#include "klay/audio/ogg_writer.h"

#include <new>

namespace klay::internal {

OggWriter::OggWriter(beam::ByteSink& sink, std::uint64_t seed) : sink_(sink) {
  // Any number will do; 0 looks like an accident.
  const auto serial = static_cast<std::uint32_t>(seed ^ seed >> 32) ^ 0x4B6C6179U;
  if (ogg_stream_init(&stream_, static_cast<int>(serial)) != 0) throw std::bad_alloc();
}

OggWriter::~OggWriter() { ogg_stream_clear(&stream_); }

void OggWriter::Packet(ByteView bytes, std::int64_t granule, bool last) {
  ogg_packet packet = {};
  packet.packet = const_cast<unsigned char*>(bytes.data());  // only read
  packet.bytes = static_cast<long>(bytes.size());
  packet.b_o_s = packets_ == 0 ? 1 : 0;
  packet.e_o_s = last ? 1 : 0;
  packet.granulepos = granule;
  packet.packetno = packets_;
  Packet(packet);
}

void OggWriter::Packet(ogg_packet& packet) {
  ++packets_;
  if (ogg_stream_packetin(&stream_, &packet) != 0) throw std::bad_alloc();
  ogg_page page;
  while (ogg_stream_pageout(&stream_, &page) != 0) WritePage(page);
}

void OggWriter::Flush() {
  ogg_page page;
  while (ogg_stream_flush(&stream_, &page) != 0) WritePage(page);
}

void OggWriter::WritePage(const ogg_page& page) {
  sink_.Write(page.header, static_cast<std::size_t>(page.header_len));
  sink_.Write(page.body, static_cast<std::size_t>(page.body_len));
}

}  // namespace klay::internal
