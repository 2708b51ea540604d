// The headers of AIFF files, all integers big-endian:
//   "FORM" size32 "AIFF"  "COMM" 18 channels16 frames32 bits16 rate80  "SSND" size32 offset32 block32 samples
// Floating point is AIFF-C: type "AIFC", a chunk "FVER" 4 0xA2805140, and behind the rate "fl32" or "fl64" with an
// empty name. Sources: Apple "Audio Interchange File Format: AIFF" (1989) and "AIFF-C" (1991).
#include <bit>
#include <limits>
#include <string>

#include "klay/audio/audio_error.h"
#include "klay/audio/byte_writer.h"
#include "klay/audio/pcm_writer.h"

namespace klay::internal {
namespace {

class AiffHeader : public PcmHeader {
 public:
  AiffHeader(int channels, int sample_rate, const EncodeOptions& options)
      : channels_(channels), rate_(sample_rate), depth_(options.bit_depth.value_or(BitDepth::kInt16)) {}

  std::string For(std::int64_t frames) const override {
    const bool is_float = depth_ == BitDepth::kFloat32 || depth_ == BitDepth::kFloat64;
    const auto count = static_cast<std::uint64_t>(frames);
    const std::uint64_t data = count * static_cast<std::uint64_t>(channels_ * BytesPerSample(depth_));
    const std::uint64_t common = is_float ? 24 : 18;
    const std::uint64_t form = 4 + (is_float ? 12 : 0) + 8 + common + 16 + data + data % 2;
    if (form > std::numeric_limits<std::uint32_t>::max()) {
      throw AudioError("aiff holds at most 4 GiB, not " + std::to_string(data) + " bytes of samples: use wav");
    }
    ByteWriter out;
    out.Text("FORM").Big(form, 4).Text(is_float ? "AIFC" : "AIFF");
    if (is_float) out.Text("FVER").Big(4, 4).Big(0xA2805140, 4);
    out.Text("COMM").Big(common, 4).Big(static_cast<std::uint64_t>(channels_), 2).Big(count, 4);
    out.Big(8 * static_cast<std::uint64_t>(BytesPerSample(depth_)), 2);
    WriteRate(out);
    if (is_float) out.Text(depth_ == BitDepth::kFloat32 ? "fl32" : "fl64").Zeros(2);
    out.Text("SSND").Big(8 + data, 4).Zeros(8);
    return out.bytes();
  }

 private:
  // An 80-bit float: sign and exponent in 16 bits, then a mantissa whose highest bit is not implied.
  void WriteRate(ByteWriter& out) const {
    const auto rate = static_cast<std::uint64_t>(rate_);
    const int shift = std::countl_zero(rate);
    out.Big(static_cast<std::uint64_t>(16383 + 63 - shift), 2).Big(rate << shift, 8);
  }

  int channels_;
  int rate_;
  BitDepth depth_;
};

}  // namespace

std::unique_ptr<BlockWriter> MakeAiffWriter(beam::ByteSink& sink, int channels, int sample_rate,
                                            const EncodeOptions& options) {
  const BitDepth depth = options.bit_depth.value_or(BitDepth::kInt16);
  return std::make_unique<PcmWriter>(sink, std::make_unique<AiffHeader>(channels, sample_rate, options),
                                     PcmPacker(depth, ByteOrder::kBig, false, channels, options), options);
}

}  // namespace klay::internal
