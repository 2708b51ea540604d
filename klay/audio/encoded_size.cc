#include "klay/audio/encoded_size.h"

#include <cmath>

#include "klay/audio/encode_limits.h"
#include "klay/audio/encoder.h"
#include "klay/audio/memory_byte_sink.h"

namespace klay {
namespace {

std::int64_t PcmBytes(const EncodeOptions& options, int channels, int sample_rate, std::int64_t frames) {
  MemoryByteSink header;
  AudioEncoder(header, channels, sample_rate, options).Finish();
  const std::int64_t samples = frames * channels * BytesPerSample(options.bit_depth.value_or(BitDepth::kInt16));
  return static_cast<std::int64_t>(header.bytes().size()) + samples + samples % 2;
}

}  // namespace

std::optional<std::int64_t> ExpectedFileBytes(const EncodeOptions& options, int channels, int sample_rate,
                                              std::int64_t frames) {
  CheckEncoding(options, channels, sample_rate);
  if (options.format == AudioFormat::kWav || options.format == AudioFormat::kAiff) {
    return PcmBytes(options, channels, sample_rate, frames);
  }
  const int bitrate = options.quality ? 0 : internal::BitrateOrDefault(options, channels, sample_rate);
  if (bitrate == 0) return std::nullopt;
  return std::llround(static_cast<double>(frames) / sample_rate * bitrate / 8);
}

}  // namespace klay
