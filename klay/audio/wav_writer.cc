// The headers of WAV files (wav_header.h shows the layout).
//
// A length that is known beforehand gives the plain header: 44 bytes for integers, 58 for floating point, which needs a
// count of frames ("fact"), and 24 more where channels have a layout (three and more). Where it is not known 36 bytes
// are kept free ("JUNK"), in which a file that has become larger than 4 GiB gets its 64-bit sizes and is an RF64 (EBU
// Tech 3306).
#include <algorithm>
#include <limits>
#include <utility>

#include "klay/audio/audio_error.h"
#include "klay/audio/byte_writer.h"
#include "klay/audio/channel_order.h"
#include "klay/audio/pcm_writer.h"

namespace klay::internal {
namespace {

constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();

class WavPcmHeader : public PcmHeader {
 public:
  WavPcmHeader(int channels, int sample_rate, const EncodeOptions& options)
      : channels_(channels), rate_(sample_rate), depth_(options.bit_depth.value_or(BitDepth::kInt16)) {
    room_for_sizes_ = !options.expected_frames || TooLargeForRiff(*options.expected_frames);
  }

  std::string For(std::int64_t frames) const override {
    const std::uint64_t data = DataBytes(frames);
    const std::uint64_t riff = RestBytes() + data + data % 2;
    const bool rf64 = TooLargeForRiff(frames);
    if (rf64 && !room_for_sizes_) {
      throw AudioError("more frames came than were announced, and " + std::to_string(data)
                       + " bytes of samples do not fit the plain WAV header that was written: leave out the length");
    }
    ByteWriter out;
    out.Text(rf64 ? "RF64" : "RIFF").Little(rf64 ? kMost32 : riff, 4).Text("WAVE");
    if (room_for_sizes_) {
      out.Text(rf64 ? "ds64" : "JUNK").Little(28, 4);
      if (rf64) {
        out.Little(riff, 8).Little(data, 8).Little(static_cast<std::uint64_t>(frames), 8).Little(0, 4);
      } else {
        out.Zeros(28);
      }
    }
    WriteFormat(out);
    if (IsFloat()) out.Text("fact").Little(4, 4).Little(std::min(static_cast<std::uint64_t>(frames), kMost32), 4);
    out.Text("data").Little(rf64 ? kMost32 : data, 4);
    return out.bytes();
  }

 private:
  // Sizes from 0xFFFFF000 on are taken for "unknown" by readers, so RF64 begins below them.
  bool TooLargeForRiff(std::int64_t frames) const { return RestBytes() + DataBytes(frames) >= 0xFFFFF000; }
  bool IsFloat() const { return depth_ == BitDepth::kFloat32 || depth_ == BitDepth::kFloat64; }
  bool IsExtensible() const { return channels_ > 2; }
  std::uint64_t FrameBytes() const {
    return static_cast<std::uint64_t>(channels_) * static_cast<std::uint64_t>(BytesPerSample(depth_));
  }
  std::uint64_t DataBytes(std::int64_t frames) const { return static_cast<std::uint64_t>(frames) * FrameBytes(); }
  std::uint64_t FormatBytes() const { return IsExtensible() ? 40 : IsFloat() ? 18 : 16; }
  // Of everything that the size in the RIFF header counts, but for the samples.
  std::uint64_t RestBytes() const {
    return 4 + (room_for_sizes_ ? 36 : 0) + 8 + FormatBytes() + (IsFloat() ? 12 : 0) + 8;
  }

  void WriteFormat(ByteWriter& out) const {
    const std::uint64_t rate = static_cast<std::uint64_t>(rate_);
    const int tag = IsFloat() ? 3 : 1;
    const auto bits = 8 * static_cast<std::uint64_t>(BytesPerSample(depth_));
    out.Text("fmt ").Little(FormatBytes(), 4).Little(IsExtensible() ? 0xFFFE : static_cast<std::uint64_t>(tag), 2);
    out.Little(static_cast<std::uint64_t>(channels_), 2).Little(rate, 4);
    out.Little(std::min(rate * FrameBytes(), kMost32), 4).Little(FrameBytes(), 2).Little(bits, 2);
    if (IsExtensible()) {
      using namespace std::string_view_literals;
      out.Little(22, 2).Little(bits, 2).Little(SpeakerMask(channels_), 4);
      out.U8(tag).Text("\0\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71"sv);
    } else if (IsFloat()) {
      out.Little(0, 2);
    }
  }

  int channels_;
  int rate_;
  BitDepth depth_;
  bool room_for_sizes_ = false;
};

}  // namespace

std::unique_ptr<PcmHeader> MakeWavHeader(int channels, int sample_rate, const EncodeOptions& options) {
  return std::make_unique<WavPcmHeader>(channels, sample_rate, options);
}

std::unique_ptr<BlockWriter> MakeWavWriter(beam::ByteSink& sink, int channels, int sample_rate,
                                           const EncodeOptions& options) {
  const BitDepth depth = options.bit_depth.value_or(BitDepth::kInt16);
  return std::make_unique<PcmWriter>(sink, MakeWavHeader(channels, sample_rate, options),
                                     PcmPacker(depth, ByteOrder::kLittle, true, channels, options), options);
}

}  // namespace klay::internal
