#include "klay/audio/flac_header.h"

#include <bit>
#include <cstring>

#include "klay/audio/byte_order.h"
#include "klay/audio/crc.h"

namespace klay::internal {
namespace {

constexpr std::uint8_t kMd5OfNothing[16] = {0xD4, 0x1D, 0x8C, 0xD9, 0x8F, 0x00, 0xB2, 0x04,
                                            0xE9, 0x80, 0x09, 0x98, 0xEC, 0xF8, 0x42, 0x7E};

constexpr int kRates[12] = {0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000};
constexpr int kBits[8] = {0, 8, 12, -1, 16, 20, 24, 32};

// The number of a frame or sample, in the manner of UTF-8 but up to 36 bits. Advances `at`.
std::optional<std::uint64_t> CodedNumber(ByteView bytes, std::size_t& at) {
  if (at >= bytes.size()) return std::nullopt;
  const std::uint8_t lead = bytes[at++];
  const int ones = std::countl_one(lead);
  if (ones == 0) return lead;
  if (ones == 1 || ones == 8) return std::nullopt;
  std::uint64_t value = lead & (0x7F >> ones);
  for (int i = 1; i < ones; ++i) {
    if (at >= bytes.size() || (bytes[at] & 0xC0) != 0x80) return std::nullopt;
    value = value << 6 | (bytes[at++] & 0x3F);
  }
  return value;
}

}  // namespace

std::optional<FlacStreamInfo> ParseFlacStreamInfo(ByteView block) {
  if (block.size() < kFlacStreamInfoBytes) return std::nullopt;
  const std::uint64_t bits = Be64(block.data() + 10);
  FlacStreamInfo info;
  info.max_block = Be16(block.data() + 2);
  info.min_frame_bytes = static_cast<std::uint32_t>(BigEndian(block.data() + 4, 3));
  info.sample_rate = static_cast<int>(bits >> 44);
  info.channels = static_cast<int>(bits >> 41 & 7) + 1;
  info.bits = static_cast<int>(bits >> 36 & 31) + 1;
  if (info.max_block < 16 || info.sample_rate == 0 || info.bits < 4) return std::nullopt;
  const std::uint64_t total = bits & 0xFFFFFFFFF;
  const bool of_nothing = std::memcmp(block.data() + 18, kMd5OfNothing, sizeof kMd5OfNothing) == 0;
  if (total > 0 || of_nothing) info.total_samples = static_cast<std::int64_t>(total);
  return info;
}

std::optional<FlacFrameHeader> ParseFlacFrameHeader(ByteView bytes, const FlacStreamInfo& info) {
  if (bytes.size() < 6 || bytes[0] != 0xFF || (bytes[1] & 0xFE) != 0xF8) return std::nullopt;
  FlacFrameHeader header;
  header.variable_blocks = (bytes[1] & 1) != 0;
  const int block_code = bytes[2] >> 4;
  const int rate_code = bytes[2] & 15;
  const int channel_code = bytes[3] >> 4;
  const int bits = kBits[bytes[3] >> 1 & 7];
  if (block_code == 0 || rate_code == 15 || channel_code > 10 || bits < 0 || (bytes[3] & 1) != 0) return std::nullopt;
  header.channels = channel_code < 8 ? channel_code + 1 : 2;
  if (header.channels != info.channels || (bits != 0 && bits != info.bits)) return std::nullopt;
  std::size_t at = 4;
  const auto number = CodedNumber(bytes, at);
  if (!number) return std::nullopt;
  header.number = *number;
  const std::size_t block_bytes = block_code == 6 ? 1 : block_code == 7 ? 2 : 0;
  const std::size_t rate_bytes = rate_code == 12 ? 1 : rate_code > 12 ? 2 : 0;
  if (bytes.size() < at + block_bytes + rate_bytes + 1) return std::nullopt;
  if (block_code == 1) {
    header.samples = 192;
  } else if (block_bytes > 0) {
    header.samples = static_cast<int>(BigEndian(bytes.data() + at, block_bytes)) + 1;
  } else {
    header.samples = block_code < 8 ? 576 << (block_code - 2) : 256 << (block_code - 8);
  }
  at += block_bytes;
  int rate = rate_code < 12 ? kRates[rate_code] : static_cast<int>(BigEndian(bytes.data() + at, rate_bytes));
  if (rate_code == 12) rate *= 1000;
  if (rate_code == 14) rate *= 10;
  if (rate != 0 && rate != info.sample_rate) return std::nullopt;
  at += rate_bytes;
  if (FlacCrc8(0, bytes.first(at)) != bytes[at]) return std::nullopt;
  header.bytes = at + 1;
  return header;
}

}  // namespace klay::internal
