#include "klay/audio/mov_length.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "klay/audio/byte_order.h"

namespace klay::internal {
namespace {

struct Track {
  std::uint32_t id = 0;
  std::uint64_t media_ticks_per_second = 0;
  std::uint64_t media_ticks = 0;
  int edits = 0;                  // those that show something; an empty edit is a pause before the beginning
  std::int64_t edit_begin = 0;    // in media ticks
  std::uint64_t edit_length = 0;  // in movie ticks
};

class Walker {
 public:
  explicit Walker(BufferedSource& source) : source_(source) {}

  MovOutline Run() {
    Walk(source_.size().value_or(UINT64_MAX), 0);
    MovOutline outline;
    outline.missing_bytes = missing_bytes_;
    outline.fragmented = fragmented_;
    if (fragmented_) return outline;
    for (const Track& track : tracks_) {
      if (const auto length = LengthOf(track)) outline.tracks[track.id] = *length;
    }
    return outline;
  }

 private:
  // Reads the boxes from here to `end`, going into those that matter.
  void Walk(std::uint64_t end, int depth) {
    constexpr int kDeepest = 4;
    constexpr int kMostBoxes = 10000;
    while (source_.position() + 8 <= end && ++boxes_ < kMostBoxes && !fragments_begin_) {
      const std::uint64_t begin = source_.position();
      const ByteView head = source_.Peek(16);
      if (head.size() < 8) return;
      const std::string_view type(reinterpret_cast<const char*>(head.data()) + 4, 4);
      std::uint64_t size = Be32(head.data());
      std::size_t header = 8;
      if (size == 1 && head.size() >= 16) {
        size = Be64(head.data() + 8);
        header = 16;
      } else if (size == 0) {
        size = end - begin;
      }
      if (size > end - begin && depth == 0) missing_bytes_ = size - (end - begin);
      if (size < header || (size > end - begin && depth > 0)) return;
      const bool container = type == "moov" || type == "trak" || type == "mdia" || type == "edts";
      if (type == "moof") fragments_begin_ = true;
      if (type == "trak") tracks_.emplace_back();
      if (type == "mvex") fragmented_ = true;
      if (container && depth < kDeepest) {
        source_.Consume(header);
        Walk(std::min(begin + size, end), depth + 1);
      } else {
        ReadBox(type, header, size);
      }
      if (size > end - begin) return;
      source_.Seek(begin + size);
    }
  }

  void ReadBox(std::string_view type_view, std::size_t header, std::uint64_t size) {
    const std::string type(type_view);
    if (type != "mvhd" && type != "tkhd" && type != "mdhd" && type != "elst") return;
    constexpr std::uint64_t kMost = 4096;
    const auto wanted = static_cast<std::size_t>(std::min(size, kMost));
    const ByteView all = source_.Peek(wanted);
    if (all.size() < wanted || wanted < header + 8) return;
    const ByteView box = all.subspan(header, wanted - header);
    // A version and flags of four bytes; version 1 has 64-bit times. mvhd and mdhd begin: created, modified, ticks per
    // second (32 bits), duration.
    const bool wide = box[0] == 1;
    const std::size_t times = wide ? 16 : 8;
    if (type == "elst") return ReadEdits(box, wide);
    if (box.size() < 4 + times + 4 + (wide ? 8U : 4U)) return;
    if (type == "mvhd") movie_ticks_per_second_ = Be32(box.data() + 4 + times);
    if (tracks_.empty()) return;
    if (type == "tkhd") tracks_.back().id = Be32(box.data() + 4 + times);
    if (type == "mdhd") {
      tracks_.back().media_ticks_per_second = Be32(box.data() + 4 + times);
      tracks_.back().media_ticks = BigEndian(box.data() + 8 + times, wide ? 8 : 4);
    }
  }

  void ReadEdits(ByteView box, bool wide) {
    if (tracks_.empty()) return;
    const std::size_t entry = wide ? 20 : 12;
    std::size_t at = 8;
    for (std::uint32_t left = Be32(box.data() + 4); left > 0; --left, at += entry) {
      Track& track = tracks_.back();
      if (box.size() < at + entry) {
        track.edits = 2;  // more than we look at
        return;
      }
      const std::size_t half = wide ? 8 : 4;
      const std::int64_t begin = wide ? static_cast<std::int64_t>(Be64(box.data() + at + half))
                                      : static_cast<std::int32_t>(Be32(box.data() + at + half));
      if (begin < 0) continue;
      ++track.edits;
      track.edit_begin = begin;
      track.edit_length = BigEndian(box.data() + at, half);
    }
  }

  std::optional<MovLength> LengthOf(const Track& track) const {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
    if (track.media_ticks_per_second == 0 || track.media_ticks == 0 || track.media_ticks > kMost || track.edits > 1) {
      return std::nullopt;
    }
    auto length = static_cast<std::int64_t>(track.media_ticks);
    if (track.edits == 1) {
      if (track.edit_begin >= length || track.edit_length > kMost) return std::nullopt;
      length -= track.edit_begin;
      if (track.edit_length > 0 && movie_ticks_per_second_ > 0) {
        const double tick =
            static_cast<double>(track.media_ticks_per_second) / static_cast<double>(movie_ticks_per_second_);
        const double edited = static_cast<double>(track.edit_length) * tick;
        // An edit to the end of the media, as exactly as the movie's ticks can say it.
        if (edited + tick < static_cast<double>(length)) length = std::llround(edited);
      }
    }
    return MovLength{length, static_cast<std::int64_t>(track.media_ticks_per_second)};
  }

  BufferedSource& source_;
  int boxes_ = 0;
  bool fragments_begin_ = false;
  std::uint64_t missing_bytes_ = 0;
  bool fragmented_ = false;
  std::uint64_t movie_ticks_per_second_ = 0;
  std::vector<Track> tracks_;
};

}  // namespace

MovOutline ReadMovOutline(BufferedSource& source) { return Walker(source).Run(); }

std::optional<std::int64_t> ITunesSamples(const char* tag) {
  // Hexadecimal: zero, delay, padding, samples, and more that is of no use here.
  unsigned delay = 0;
  unsigned padding = 0;
  std::uint64_t samples = 0;
  if (std::sscanf(tag, "%*x %x %x %" SCNx64, &delay, &padding, &samples) != 3) return std::nullopt;
  if (samples == 0 || samples > std::uint64_t{1} << 40) return std::nullopt;
  return static_cast<std::int64_t>(samples);
}

}  // namespace klay::internal
