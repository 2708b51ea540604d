// The moov box of an MP4 file with one audio track: MakeMoov() of m4a_writer.h.
#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "klay/audio/byte_writer.h"
#include "klay/audio/m4a_writer.h"

namespace klay::internal {
namespace {

constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();

std::string Box(std::string_view type, const std::string& content) {
  return ByteWriter().Big(8 + content.size(), 4).Text(type).Text(content).bytes();
}

std::string FullBox(std::string_view type, int version, std::uint32_t flags, const ByteWriter& content) {
  return Box(type, ByteWriter().U8(version).Big(flags, 3).Text(content.bytes()).bytes());
}

class Moov {
 public:
  Moov(const M4aTrack& track, const M4aIndex& index)
      : track_(track),
        index_(index),
        media_length_(track.frames == 0 ? 0 : static_cast<std::uint64_t>(track.delay + track.frames)),
        wide_(media_length_ > kMost32) {}

  std::string Make() const {
    const std::string edits = track_.frames == 0 ? "" : Box("edts", EditList());
    return Box("moov", MovieHeader() + Box("trak", TrackHeader() + edits + Box("mdia", Media())));
  }

 private:
  std::uint64_t SignalLength() const { return static_cast<std::uint64_t>(track_.frames); }
  int version() const { return wide_ ? 1 : 0; }
  int time_bytes() const { return wide_ ? 8 : 4; }
  std::uint64_t rate() const { return static_cast<std::uint64_t>(track_.sample_rate); }

  static void Matrix(ByteWriter& out) {  // the identity
    out.Big(0x10000, 4).Zeros(12).Big(0x10000, 4).Zeros(12).Big(0x40000000, 4);
  }

  // The movie counts in samples, as the track does, so that the edit list is exact.
  std::string MovieHeader() const {
    ByteWriter out;
    out.Zeros(static_cast<std::size_t>(2 * time_bytes())).Big(rate(), 4).Big(SignalLength(), time_bytes());
    out.Big(0x10000, 4).Big(0x100, 2).Zeros(10);
    Matrix(out);
    out.Zeros(24).Big(2, 4);
    return FullBox("mvhd", version(), 0, out);
  }

  std::string TrackHeader() const {
    ByteWriter out;
    out.Zeros(static_cast<std::size_t>(2 * time_bytes())).Big(1, 4).Zeros(4).Big(SignalLength(), time_bytes());
    out.Zeros(8 + 4).Big(0x100, 2).Zeros(2);
    Matrix(out);
    out.Zeros(8);
    return FullBox("tkhd", version(), 3, out);
  }

  std::string EditList() const {
    ByteWriter out;
    out.Big(1, 4).Big(SignalLength(), time_bytes()).Big(static_cast<std::uint64_t>(track_.delay), time_bytes());
    out.Big(0x10000, 4);
    return FullBox("elst", version(), 0, out);
  }

  std::string Media() const {
    ByteWriter header;
    header.Zeros(static_cast<std::size_t>(2 * time_bytes())).Big(rate(), 4).Big(media_length_, time_bytes());
    header.Big(0x55C4, 2).Zeros(2);  // language "und"
    ByteWriter handler;
    handler.Zeros(4).Text("soun").Zeros(12).Text("Sound").Zeros(1);
    const std::string reference =
        FullBox("dref", 0, 0, ByteWriter().Big(1, 4).Text(FullBox("url ", 0, 1, ByteWriter())));
    return FullBox("mdhd", version(), 0, header) + FullBox("hdlr", 0, 0, handler)
        + Box("minf",
              FullBox("smhd", 0, 0, ByteWriter().Zeros(4)) + Box("dinf", reference)
                  + Box("stbl", Description() + Times() + ChunkSizes() + PacketSizes() + ChunkOffsets()));
  }

  // A descriptor has its length in one byte here, and none is longer than 127.
  static std::string Descriptor(int tag, const std::string& content) {
    return ByteWriter().U8(tag).U8(static_cast<int>(content.size())).Text(content).bytes();
  }

  std::string Description() const {
    std::uint64_t bytes = 0;
    std::uint16_t largest = 0;
    for (const std::uint16_t size : index_.packet_bytes) {
      bytes += size;
      largest = std::max(largest, size);
    }
    const auto coded = static_cast<double>(index_.packet_bytes.size()) * track_.packet_frames;
    const double average = coded == 0 ? 0 : static_cast<double>(bytes) * 8 * track_.sample_rate / coded;
    const std::uint64_t peak = std::uint64_t{8} * largest * rate() / static_cast<std::uint64_t>(track_.packet_frames);
    ByteWriter decoder;
    decoder.U8(0x40).U8(0x15).Big(largest, 3).Big(peak, 4).Big(static_cast<std::uint64_t>(average), 4);
    decoder.Text(Descriptor(5, track_.codec_config));
    const std::string stream =
        ByteWriter().Big(1, 2).Zeros(1).Text(Descriptor(4, decoder.bytes())).Text(Descriptor(6, "\x02")).bytes();
    ByteWriter entry;
    entry.Zeros(6).Big(1, 2).Zeros(8).Big(static_cast<std::uint64_t>(track_.channels), 2).Big(16, 2).Zeros(4);
    entry.Big(rate() <= 0xFFFF ? rate() : 0, 2).Zeros(2);  // where it has no room the codec's own header says it
    entry.Text(FullBox("esds", 0, 0, ByteWriter().Text(Descriptor(3, stream))));
    return FullBox("stsd", 0, 0, ByteWriter().Big(1, 4).Text(Box("mp4a", entry.bytes())));
  }

  // All packets are of one length, but for the last: it ends where the signal does.
  std::string Times() const {
    const std::uint64_t packets = index_.packet_bytes.size();
    if (packets == 0) return FullBox("stts", 0, 0, ByteWriter().Big(0, 4));
    const auto length = static_cast<std::uint64_t>(track_.packet_frames);
    const std::uint64_t before_last = (packets - 1) * length;
    const std::uint64_t last = media_length_ > before_last ? std::min(media_length_ - before_last, length) : 1;
    ByteWriter out;
    out.Big(packets > 1 ? 2 : 1, 4);
    if (packets > 1) out.Big(packets - 1, 4).Big(length, 4);
    out.Big(1, 4).Big(last, 4);
    return FullBox("stts", 0, 0, out);
  }

  std::string ChunkSizes() const {
    ByteWriter runs;
    std::uint64_t count = 0;
    std::uint32_t former = 0;
    for (std::size_t i = 0; i < index_.chunks.size(); ++i) {
      if (index_.chunks[i].packets == former) continue;
      former = index_.chunks[i].packets;
      runs.Big(i + 1, 4).Big(former, 4).Big(1, 4);
      ++count;
    }
    return FullBox("stsc", 0, 0, ByteWriter().Big(count, 4).Text(runs.bytes()));
  }

  std::string PacketSizes() const {
    ByteWriter out;
    out.Zeros(4).Big(index_.packet_bytes.size(), 4);
    for (const std::uint16_t size : index_.packet_bytes) out.Big(size, 4);
    return FullBox("stsz", 0, 0, out);
  }

  std::string ChunkOffsets() const {
    const bool large = !index_.chunks.empty() && index_.chunks.back().offset > kMost32;
    ByteWriter out;
    out.Big(index_.chunks.size(), 4);
    for (const M4aIndex::Chunk& chunk : index_.chunks) out.Big(chunk.offset, large ? 8 : 4);
    return FullBox(large ? "co64" : "stco", 0, 0, out);
  }

  const M4aTrack& track_;
  const M4aIndex& index_;
  std::uint64_t media_length_;  // in samples: what the encoder put before the signal, and the signal
  bool wide_;
};

}  // namespace

std::string MakeMoov(const M4aTrack& track, const M4aIndex& index) { return Moov(track, index).Make(); }

}  // namespace klay::internal
