#include "klay/audio/flac_reader.h"

#include <algorithm>
#include <cstring>

#include "beam/base/cancel.h"
#include "klay/audio/audio_error.h"
#include "klay/audio/byte_order.h"
#include "klay/audio/crc.h"

namespace klay::internal {
namespace {

constexpr std::size_t kPeekStep = std::size_t{16} << 10;

// So few bytes are walked through, frame by frame.
constexpr std::uint64_t kNear = std::uint64_t{256} << 10;

// Headers can be forged, each costs a look at up to some megabytes behind it: no file may keep us busy for ever.
constexpr std::uint64_t kMostScannedInVain = std::uint64_t{2} << 30;

// The next place from `from` on where the sync code of a frame stands; bytes.size() if there is none.
std::size_t FindSync(ByteView bytes, std::size_t from) {
  while (from + 1 < bytes.size()) {
    const void* found = std::memchr(bytes.data() + from, 0xFF, bytes.size() - 1 - from);
    if (found == nullptr) break;
    from = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
    if ((bytes[from + 1] & 0xFE) == 0xF8) return from;
    ++from;
  }
  return bytes.size();
}

}  // namespace

FlacReader::FlacReader(BufferedSource& source, DamageLog& damage, DecodeReport& report)
    : source_(source), damage_(damage) {
  report.info.container = "flac";
  codec_->codec_type = AVMEDIA_TYPE_AUDIO;
  codec_->codec_id = AV_CODEC_ID_FLAC;
  ReadMetadata();
  codec_->sample_rate = info_.sample_rate;
  SetChannelCount(*codec_, info_.channels);
  if (info_.total_samples) {
    report.info.frames_from_header = info_.total_samples;
    report.info.frames_source = "the FLAC header";
  } else if (source.size()) {
    // Lossless coding halves the size, more or less.
    const std::int64_t frame_bits = std::int64_t{info_.bits} * info_.channels;
    report.info.frames_estimate =
        static_cast<std::int64_t>(std::min<std::uint64_t>(*source.size(), INT64_MAX / 32)) * 16 / frame_bits;
  }
}

// A metadata block: last1 type7 size24 bytes; the first is STREAMINFO (type 0).
void FlacReader::ReadMetadata() {
  source_.Consume(4);
  bool last = false;
  for (bool first = true; !last; first = false) {
    const ByteView head = source_.Peek(4);
    if (head.size() < 4) throw AudioError("truncated: the file ends within its FLAC header");
    last = (head[0] & 0x80) != 0;
    const int type = head[0] & 0x7F;
    const std::size_t size = BigEndian(head.data() + 1, 3);
    if (first) {
      const ByteView block = source_.Peek(4 + kFlacStreamInfoBytes);
      if (type != 0 || size != kFlacStreamInfoBytes) throw AudioError("damaged: the FLAC header is wrong");
      if (block.size() < 4 + kFlacStreamInfoBytes) throw AudioError("truncated: the file ends within its FLAC header");
      const auto info = ParseFlacStreamInfo(block.subspan(4));
      if (!info) throw AudioError("damaged: the FLAC header is wrong");
      info_ = *info;
      SetExtradata(*codec_, block.subspan(4, kFlacStreamInfoBytes));
    }
    const std::uint64_t next = source_.position() + 4 + size;
    if (source_.size() && next > *source_.size()) {
      if (first || !damage_.keeps()) throw AudioError("truncated: the file ends within its FLAC header");
    }
    source_.Seek(next);
  }
}

std::int64_t FlacReader::PositionOf(const FlacFrameHeader& header) const {
  const std::uint64_t samples = header.variable_blocks ? 1 : static_cast<std::uint64_t>(info_.max_block);
  return static_cast<std::int64_t>(header.number * samples);
}

bool FlacReader::IsPlausible(const FlacFrameHeader& header) const {
  const std::int64_t position = PositionOf(header);
  if (position < position_ || header.samples > std::max(info_.max_block, 16)) return false;
  return !info_.total_samples || position + header.samples <= *info_.total_samples;
}

bool FlacReader::Next(AVPacket& packet) {
  for (;;) {
    const ByteView bytes = source_.Peek(kMaxFlacFrameHeaderBytes);
    if (bytes.empty()) return false;
    const auto header = ParseFlacFrameHeader(bytes, info_);
    if (!header || !IsPlausible(*header)) {
      // A tag behind the last frame, as some programs put it into files of any kind.
      if (std::memcmp(bytes.data(), "TAG", std::min<std::size_t>(3, bytes.size())) == 0
          && position_ == info_.total_samples)
        return false;
      if (!Resync(1, "what follows is not a FLAC frame")) return false;
      continue;
    }
    const std::int64_t position = PositionOf(*header);
    if (any_ && position != position_ && damage_.count() == 0) {
      damage_.DamagedAt(static_cast<double>(position_) / info_.sample_rate,
                        std::to_string(position - position_) + " samples are missing between two FLAC frames");
    }
    const auto size = FindEnd(*header);
    if (!size && scanned_in_vain_ > kMostScannedInVain) {
      damage_.DamagedAt(static_cast<double>(position_) / info_.sample_rate,
                        "too much is damaged to look for more frames");
      return false;
    }
    if (!size) {
      position_ = position;
      if (!Resync(1, "a FLAC frame does not match its checksum")) return false;
      continue;
    }
    FillPacket(packet, source_.Peek(*size).first(*size));
    packet.pts = packet.dts = position;
    packet.duration = header->samples;
    source_.Consume(*size);
    position_ = position + header->samples;
    any_ = true;
    return true;
  }
}

// By bisection, as frames bear their position. No frame is believed that does not match its checksum.
void FlacReader::SeekForward(std::int64_t position) {
  if (!source_.size()) return;
  std::uint64_t low = source_.position();  // a frame begins there, at low_position
  std::int64_t low_position = position_;
  std::uint64_t high = *source_.size();
  while (high > low && high - low > kNear) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto found = FindFrame(middle, high);
    if (found && *found <= position) {
      low = source_.position();
      low_position = *found;
    } else {
      high = middle;
    }
  }
  source_.Seek(low);
  position_ = low_position;
}

// Moves to the first whole frame that begins within [from, end) and returns its position.
std::optional<std::int64_t> FlacReader::FindFrame(std::uint64_t from, std::uint64_t end) {
  source_.Seek(from);
  while (source_.position() < end && scanned_in_vain_ <= kMostScannedInVain) {
    beam::ThrowIfCancelled();
    const ByteView bytes = source_.Peek(kPeekStep);
    const std::size_t at = FindSync(bytes, 0);
    if (at + kMaxFlacFrameHeaderBytes > bytes.size()) {
      if (bytes.size() < kPeekStep) break;
      source_.Consume(std::min(at, bytes.size() - kMaxFlacFrameHeaderBytes + 1));
      continue;
    }
    const auto header = ParseFlacFrameHeader(bytes.subspan(at), info_);
    source_.Consume(at);
    if (header && IsPlausible(*header) && FindEnd(*header)) return PositionOf(*header);
    source_.Consume(1);
  }
  return std::nullopt;
}

// Where the frame that begins here ends: where the next one begins, or the file ends, and the checksum up to there is
// right (taken over a whole frame, its own checksum included, it comes out as 0). Nothing for a damaged frame.
std::optional<std::size_t> FlacReader::FindEnd(const FlacFrameHeader& header) {
  // Uncompressed, with the bit more that stereo differences need.
  const std::size_t largest = kMaxFlacFrameHeaderBytes + 64
      + static_cast<std::size_t>(header.channels)
          * (static_cast<std::size_t>(header.samples) * static_cast<std::size_t>(info_.bits + 1) / 8 + 16);
  std::uint16_t crc = 0;
  std::size_t summed = 0;
  std::size_t at = header.bytes + 2;
  const auto ends_at = [&](ByteView bytes, std::size_t end) {
    crc = FlacCrc16(crc, bytes.subspan(summed, end - summed));
    summed = end;
    return crc == 0;
  };
  ByteView bytes = source_.Peek(at);
  bool all = false;
  for (;;) {
    at = FindSync(bytes, at);
    if (at + kMaxFlacFrameHeaderBytes > bytes.size()) {
      // Not enough to see a whole header.
      const std::size_t had = bytes.size();
      if (had >= largest + kMaxFlacFrameHeaderBytes) break;
      at = std::min(at, had - 1);
      bytes = source_.Peek(had + kPeekStep);
      if (bytes.size() > had) continue;
      all = true;
      break;
    }
    if (at > largest) break;
    const auto next = ParseFlacFrameHeader(bytes.subspan(at), info_);
    if (next && next->variable_blocks == header.variable_blocks && ends_at(bytes, at)) return at;
    ++at;
  }
  if (!all) {
    scanned_in_vain_ += bytes.size();
    return std::nullopt;
  }
  // The last frame. Short frames and a tag may still be behind it.
  for (std::size_t end = FindSync(bytes, std::max(summed, header.bytes + 2)); end < bytes.size();
       end = FindSync(bytes, end + 1)) {
    if (ParseFlacFrameHeader(bytes.subspan(end), info_) && ends_at(bytes, end)) return end;
  }
  constexpr std::size_t kId3v1 = 128;
  if (bytes.size() > kId3v1 + summed && std::memcmp(bytes.data() + bytes.size() - kId3v1, "TAG", 3) == 0
      && ends_at(bytes, bytes.size() - kId3v1)) {
    return bytes.size() - kId3v1;
  }
  if (ends_at(bytes, bytes.size())) return bytes.size();
  scanned_in_vain_ += bytes.size();
  return std::nullopt;
}

// Moves to the next frame header from `from` bytes on, and says that what was expected here is damaged. False if there
// is none.
bool FlacReader::Resync(std::size_t from, const std::string& what) {
  std::uint64_t skipped = 0;
  const double seconds = static_cast<double>(position_) / info_.sample_rate;
  for (;;) {
    const ByteView bytes = source_.Peek(kPeekStep);
    const bool all = bytes.size() < kPeekStep;
    std::size_t at = FindSync(bytes, std::min(from, bytes.size()));
    while (at < bytes.size() && (all || at + kMaxFlacFrameHeaderBytes <= bytes.size())) {
      const auto header = ParseFlacFrameHeader(bytes.subspan(at), info_);
      if (header && IsPlausible(*header)) {
        source_.Consume(at);
        damage_.DamagedAt(seconds, what + " (" + std::to_string(skipped + at) + " bytes)");
        return true;
      }
      at = FindSync(bytes, at + 1);
    }
    if (all) {
      source_.Consume(bytes.size());
      damage_.Truncated(what + " (the last " + std::to_string(skipped + bytes.size()) + " bytes, at "
                        + SecondsText(seconds) + ")");
      return false;
    }
    const std::size_t step = std::max<std::size_t>(std::min(at, bytes.size() - kMaxFlacFrameHeaderBytes), 1);
    source_.Consume(step);
    skipped += step;
    from = 0;
  }
}

}  // namespace klay::internal
