#include "klay/audio/mp3_reader.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "klay/audio/byte_order.h"
#include "klay/audio/crc.h"

namespace klay::internal {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kSearchBytes = std::size_t{32} << 10;
constexpr int kFramesToBeSure = 4;

// What a decoder gives late: 528 samples of filter bank and one more. An encoder's padding is counted from there.
constexpr std::int64_t kDecoderDelay = 529;

bool StartsWith(ByteView bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

// The size of a tag that can follow the audio; 0 if there is none here. `bytes` reaches to the end of the file or is
// long.
std::uint64_t TagSize(ByteView bytes) {
  if (StartsWith(bytes, "TAG+"sv)) return 227;
  if (StartsWith(bytes, "TAG"sv)) return 128;
  // An APE tag's size counts its items and footer, and not its header of 32 bytes.
  if (StartsWith(bytes, "APETAGEX"sv) && bytes.size() >= 16) return std::uint64_t{32} + Le32(bytes.data() + 12);
  if (StartsWith(bytes, "LYRICSBEGIN"sv)) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (const std::string_view end : {"LYRICS200"sv, "LYRICSEND"sv}) {
      if (const std::size_t at = text.find(end); at != text.npos) return at + end.size();
    }
  }
  return Id3v2Size(bytes);
}

// Whether a row of frames begins at `bytes`. `all` says that they reach to the end of the file.
bool RowBegins(ByteView bytes, bool all, int frames_to_be_sure_at_end) {
  const auto first = ParseMp3FrameHeader(bytes);
  if (!first) return false;
  std::size_t at = 0;
  for (int count = 0;; ++count) {
    if (count == kFramesToBeSure) return true;
    const ByteView rest = bytes.subspan(at);
    if (rest.empty() || TagSize(rest) > 0) return count >= frames_to_be_sure_at_end;
    const auto header = ParseMp3FrameHeader(rest);
    if (!header || !header->Matches(*first)) return false;
    if (header->bytes > rest.size()) return all && count >= frames_to_be_sure_at_end;
    at += header->bytes;
  }
}

}  // namespace

std::optional<std::size_t> FindMp3(BufferedSource& source) {
  constexpr std::size_t kRow = kFramesToBeSure * kMaxMp3FrameBytes;
  const ByteView bytes = source.Peek(kSearchBytes + kRow);
  const bool all = bytes.size() < kSearchBytes + kRow;
  const std::size_t end = std::min(bytes.size(), kSearchBytes);
  for (std::size_t at = 0; at < end; ++at) {
    const void* found = std::memchr(bytes.data() + at, 0xFF, end - at);
    if (found == nullptr) return std::nullopt;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
    if (RowBegins(bytes.subspan(at), all, at == 0 ? 1 : 2)) return at;
  }
  return std::nullopt;
}

Mp3Reader::Mp3Reader(BufferedSource& source, std::size_t before, DamageLog& damage, DecodeReport& report)
    : source_(source), damage_(damage), report_(report) {
  report.info.container = "mp3";
  const ByteView junk = source.Peek(before).first(before);
  // Taggers leave zeros between a tag and the audio.
  const bool padding = source.position() > 0 && std::ranges::all_of(junk, [](std::uint8_t b) { return b == 0; });
  if (before > 0 && !padding) damage.Damaged(std::to_string(before) + " bytes before the first frame are not audio");
  source.Consume(before);
  first_ = *ParseMp3FrameHeader(source.Peek(kMp3HeaderBytes));
  codec_->codec_type = AVMEDIA_TYPE_AUDIO;
  codec_->codec_id = first_.layer == 3 ? AV_CODEC_ID_MP3 : first_.layer == 2 ? AV_CODEC_ID_MP2 : AV_CODEC_ID_MP1;
  codec_->sample_rate = first_.sample_rate;
  SetChannelCount(*codec_, first_.channels);
  ReadFileHeader();
}

void Mp3Reader::ReadFileHeader() {
  const std::uint64_t position = source_.position();
  const ByteView bytes = source_.Peek(first_.bytes);
  const ByteView frame = bytes.first(std::min(bytes.size(), first_.bytes));
  if (const auto header = ParseMp3FileHeader(first_, frame)) {
    header_name_ = header->delay ? "the LAME header" : "the Xing header";
    DescribeLength(*header, position);
    source_.Consume(frame.size());
  } else if (source_.size()) {
    const auto audio_bytes = static_cast<std::int64_t>(*source_.size() - std::min(*source_.size(), position));
    report_.info.frames_estimate = (audio_bytes / static_cast<std::int64_t>(first_.bytes) + 1) * first_.frames;
  }
  frames_end_ = source_.position();
}

void Mp3Reader::DescribeLength(const Mp3FileHeader& header, std::uint64_t header_position) {
  audio_crc_ = header.audio_crc;
  if (header.delay) trim_begin_ = *header.delay + kDecoderDelay;
  if (header.frame_count && *header.frame_count > 0) {
    frame_count_ = header.frame_count;
    const std::int64_t decoded = *frame_count_ * first_.frames;
    std::int64_t end = decoded;
    // Padding shorter than the decoder's delay: the last samples never come out, as of every decoder.
    if (header.delay) end = std::min(decoded, decoded - header.padding + kDecoderDelay);
    trim_end_ = std::max(end, trim_begin_);
    report_.info.frames_from_header = *trim_end_ - trim_begin_;
    report_.info.frames_source = header_name_;
  }
  if (header.bytes && *header.bytes > 0) {
    end_position_ = header_position + *header.bytes;
    if (source_.size() && *source_.size() < *end_position_) {
      damage_.Truncated(header_name_ + " promises " + std::to_string(*header.bytes) + " bytes of audio, "
                        + std::to_string(*source_.size() - header_position) + " are there");
    }
  }
}

bool Mp3Reader::Next(AVPacket& packet) {
  while (!at_end_) {
    const ByteView bytes = source_.Peek(kMaxMp3FrameBytes);
    if (bytes.empty()) break;
    const auto header = ParseMp3FrameHeader(bytes);
    if (!header || !header->Matches(first_)) {
      if (SkipTag(bytes) || Resync()) continue;
      break;
    }
    if (bytes.size() < header->bytes) {
      damage_.Truncated("the file ends within a frame: " + std::to_string(bytes.size()) + " of its "
                        + std::to_string(header->bytes) + " bytes are there");
      break;
    }
    if (frame_count_ && frames_found_ + frames_lost_ >= *frame_count_) GoBeyondPromise();
    const ByteView frame = bytes.first(header->bytes);
    if (audio_crc_) crc_ = LameCrc(crc_, frame);
    FillPacket(packet, frame);
    packet.pts = packet.dts = (frames_found_ + frames_lost_) * first_.frames;
    packet.duration = first_.frames;
    source_.Consume(frame.size());
    ++frames_found_;
    bytes_found_ += frame.size();
    frames_end_ = source_.position();
    return true;
  }
  if (!at_end_) {
    at_end_ = true;
    CheckEnd();
  }
  return false;
}

// A frame more than the header of the file counts: all that come are delivered.
void Mp3Reader::GoBeyondPromise() {
  const bool one_more = frames_found_ == *frame_count_;
  frame_count_.reset();
  trim_end_.reset();
  audio_crc_.reset();
  // Encoders that know nothing of delay and padding also miscount by one.
  if (one_more && trim_begin_ == 0 && damage_.count() == 0) {
    report_.info.frames_from_header.reset();
    report_.info.frames_source.clear();
    return;
  }
  damage_.DamagedAt(Seconds(), "there are more frames than " + header_name_ + " promises");
}

bool Mp3Reader::SkipTag(ByteView bytes) {
  if (StartsWith(bytes, "LYRICSBEGIN"sv)) bytes = source_.Peek(BufferedSource::kDefaultCapacity);
  const std::uint64_t size = TagSize(bytes);
  if (size == 0) return false;
  // Nothing is skipped on the word of a damaged size.
  if (source_.size() && source_.position() + size > *source_.size()) return false;
  if (StartsWith(bytes, "APETAGEX"sv)) {
    const ByteView tag = source_.Peek(static_cast<std::size_t>(std::min<std::uint64_t>(size, kSearchBytes)));
    mp3gain_ |= std::string_view(reinterpret_cast<const char*>(tag.data()), tag.size()).find("MP3GAIN")
        != std::string_view::npos;
  }
  source_.Seek(source_.position() + size);
  return true;
}

// Finds the next row of frames, and says what lay before it. False if there is none.
bool Mp3Reader::Resync() {
  const std::uint64_t begin = source_.position();
  for (bool first = true;; first = false) {
    const ByteView bytes = source_.Peek(4 * kMaxMp3FrameBytes);
    const bool all = bytes.size() < 4 * kMaxMp3FrameBytes;
    const std::size_t end = all ? bytes.size() : bytes.size() - 3 * kMaxMp3FrameBytes;
    std::size_t at = first ? 1 : 0;
    for (; at < end; ++at) {
      const ByteView rest = bytes.subspan(at);
      const auto header = ParseMp3FrameHeader(rest);
      if (!header || !header->Matches(first_)) continue;
      const bool last = header->bytes == rest.size() && all;
      const ByteView after = rest.subspan(std::min(header->bytes, rest.size()));
      const auto next = ParseMp3FrameHeader(after);
      if (last || (next && next->Matches(first_)) || TagSize(after) > 0) break;
    }
    const bool found = at < end;
    source_.Consume(std::min(at, bytes.size()));
    const std::uint64_t garbage = source_.position() - begin;
    if (found) {
      const std::uint64_t average =
          frames_found_ > 0 ? bytes_found_ / static_cast<std::uint64_t>(frames_found_) : first_.bytes;
      damage_.DamagedAt(Seconds(), std::to_string(garbage) + " bytes between two frames are not audio");
      frames_lost_ += static_cast<std::int64_t>((garbage + average / 2) / average);
      return true;
    }
    if (all) {
      // Behind the last frame that was promised anything may follow.
      if (!frame_count_ || frames_found_ < *frame_count_) {
        damage_.DamagedAt(Seconds(), std::to_string(garbage) + " bytes at the end of the file are not audio");
      }
      return false;
    }
  }
}

void Mp3Reader::CheckEnd() {
  // Some encoders count the header's own frame too. It is only believed that nothing is missing if the bytes say so.
  if (damage_.count() == 0 && frame_count_ && frames_found_ == *frame_count_ - 1 && end_position_
      && frames_end_ >= *end_position_ && trim_end_) {
    *trim_end_ = std::min(*trim_end_, frames_found_ * first_.frames);
    report_.info.frames_from_header = *trim_end_ - trim_begin_;
  }
  // mp3gain changes the volume within the frames, and leaves the checksum as it was.
  if (audio_crc_ && !mp3gain_ && damage_.count() == 0 && crc_ != *audio_crc_) {
    damage_.Damaged("the audio does not match the checksum in " + header_name_);
  }
}

// A layer III frame's data begin up to 511 bytes back, 255 in MPEG-2, and the smallest frames hold 58 bytes of data, 1
// in MPEG-2 (24 bytes of two channels at 24 kHz, with a checksum). The filters remember two frames more. FFmpeg's
// decoder of the other layers carries the error of its rounding on for ever.
std::optional<int> Mp3Reader::warm_up_packets() const {
  if (first_.layer != 3) return std::nullopt;
  return first_.version == 3 ? 9 + 2 : 255 + 2;
}

double Mp3Reader::Seconds() const {
  const std::int64_t samples = (frames_found_ + frames_lost_) * first_.frames - trim_begin_;
  return static_cast<double>(std::max<std::int64_t>(samples, 0)) / first_.sample_rate;
}

}  // namespace klay::internal
