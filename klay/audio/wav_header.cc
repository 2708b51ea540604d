#include "klay/audio/wav_header.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "klay/audio/audio_error.h"
#include "klay/audio/byte_order.h"

namespace klay::internal {
namespace {

constexpr std::uint16_t kPcm = 1;
constexpr std::uint16_t kFloat = 3;
constexpr std::uint16_t kExtensible = 0xFFFE;
// What follows the two bytes of the tag in every extensible format's GUID.
constexpr std::uint8_t kGuidTail[14] = {0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71};

std::string_view Text(ByteView bytes, std::size_t at, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes.data()) + at, size};
}

ByteView Need(BufferedSource& source, std::size_t size) {
  const ByteView bytes = source.Peek(size);
  if (bytes.size() < size) throw AudioError("truncated: the file ends within its WAV header");
  return bytes;
}

std::optional<SampleFormat> FormatFor(std::uint16_t tag, int bytes) {
  if (tag == kPcm) {
    switch (bytes) {
      case 1: return SampleFormat::kU8;
      case 2: return SampleFormat::kS16;
      case 3: return SampleFormat::kS24;
      case 4: return SampleFormat::kS32;
      case 8: return SampleFormat::kS64;
      default: return std::nullopt;
    }
  }
  if (tag == kFloat && bytes == 4) return SampleFormat::kF32;
  if (tag == kFloat && bytes == 8) return SampleFormat::kF64;
  return std::nullopt;
}

void ParseFmt(ByteView fmt, WavHeader& header) {
  std::uint16_t tag = Le16(fmt.data());
  header.channels = Le16(fmt.data() + 2);
  header.sample_rate = Le32(fmt.data() + 4);
  header.bytes_per_frame = Le16(fmt.data() + 12);
  const int bits = Le16(fmt.data() + 14);
  if (tag == kExtensible && fmt.size() >= 40 && std::memcmp(fmt.data() + 26, kGuidTail, sizeof kGuidTail) == 0) {
    tag = Le16(fmt.data() + 24);
  }
  if (header.channels == 0) throw AudioError("damaged: the WAV header says 0 channels");
  if (header.sample_rate == 0) throw AudioError("damaged: the WAV header says a sample rate of 0 Hz");
  // The size of a frame must be what channels and bits make it: otherwise one of the three is damaged, and a damaged
  // count would multiply the memory we take.
  const int bytes = (bits + 7) / 8;
  header.samples = FormatFor(tag, bytes);
  if (header.samples && header.bytes_per_frame != bytes * header.channels) {
    throw AudioError("damaged: the WAV header says " + std::to_string(header.bytes_per_frame) + " bytes a frame for "
                     + std::to_string(header.channels) + " channels of " + std::to_string(bits) + " bits");
  }
}

// Sizes that programs write when they cannot go back to fill in the true one: all bits set (FFmpeg), or the largest
// that fits with a header before it (SoX: 0x7FFFF000). Nobody's recording ends in this last stretch below 2 or 4 GiB by
// chance.
bool MeansStreamed(std::uint32_t size) { return size >= 0xFFFFF000 || (size >= 0x7FFFF000 && size <= 0x7FFFFFFF); }

// Whether what follows a data chunk of size 0 is a list of chunks up to the end of what is visible, and not samples.
bool LooksLikeChunks(ByteView bytes, bool all_of_it) {
  std::size_t at = 0;
  while (bytes.size() - at >= 8) {
    for (const char c : Text(bytes, at, 4)) {
      if (c < ' ' || c > '~') return false;
    }
    const std::uint64_t next = at + 8 + (std::uint64_t{Le32(bytes.data() + at + 4)} + 1) / 2 * 2;
    if (next > bytes.size()) return !all_of_it;
    at = static_cast<std::size_t>(next);
  }
  return bytes.size() == at;
}

}  // namespace

bool LooksLikeWav(ByteView beginning) {
  if (beginning.size() < 12 || Text(beginning, 8, 4) != "WAVE") return false;
  const auto id = Text(beginning, 0, 4);
  return id == "RIFF" || id == "RF64" || id == "BW64";
}

WavHeader ReadWavHeader(BufferedSource& source) {
  WavHeader header;
  bool has_format = false;
  std::optional<std::uint64_t> data_size64;
  source.Consume(Need(source, 12).size() >= 12 ? 12 : 0);
  for (;;) {
    const ByteView chunk = Need(source, 8);
    const std::string_view id = Text(chunk, 0, 4);
    const std::uint32_t size = Le32(chunk.data() + 4);
    if (id == "data") {
      if (!has_format) throw AudioError("damaged: the WAV header does not say the format of the samples");
      source.Consume(8);
      header.data_begin = source.position();
      constexpr std::uint64_t kMost = std::uint64_t{1} << 60;
      if (size == 0xFFFFFFFF && data_size64) {
        if (*data_size64 < kMost) header.data_size = data_size64;
      } else if (size == 0) {
        const ByteView rest = source.Peek(BufferedSource::kDefaultCapacity);
        if (LooksLikeChunks(rest, rest.size() < BufferedSource::kDefaultCapacity)) header.data_size = 0;
      } else if (!MeansStreamed(size)) {
        header.data_size = size;
      }
      return header;
    }
    constexpr std::uint32_t kMostFmtBytes = 4096;
    if (id == "fmt ") {
      if (size < 16 || size > kMostFmtBytes)
        throw AudioError("damaged: the WAV header has a format chunk of " + std::to_string(size) + " bytes");
      ParseFmt(Need(source, 8 + size).subspan(8, size), header);
      has_format = true;
    } else if (id == "ds64" && size >= 16) {
      data_size64 = Le64(Need(source, 8 + 16).data() + 16);
    }
    const std::uint64_t next = source.position() + 8 + (std::uint64_t{size} + 1) / 2 * 2;
    if (source.size() && next > *source.size()) throw AudioError("truncated: the file ends within its WAV header");
    source.Seek(next);
  }
}

}  // namespace klay::internal
