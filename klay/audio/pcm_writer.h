// PcmWriter: WAV and AIFF files, which differ in their headers only.
//
// Constant memory. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "beam/base/byte_sink.h"
#include "klay/audio/block_writer.h"
#include "klay/audio/encode_options.h"
#include "klay/audio/pcm_packer.h"

namespace klay::internal {

// The header of a file of a known length: always the same number of bytes for the same object. Throws AudioError for
// lengths that the format cannot say.
class PcmHeader {
 public:
  virtual ~PcmHeader() = default;
  virtual std::string For(std::int64_t frames) const = 0;
};

class PcmWriter : public BlockWriter {
 public:
  PcmWriter(beam::ByteSink& sink, std::unique_ptr<PcmHeader> header, PcmPacker packer, const EncodeOptions& options);

  void Write(const float* const* planes, std::int64_t frames) override;
  void Finish(std::int64_t frames) override;

 private:
  beam::ByteSink& sink_;
  std::unique_ptr<PcmHeader> header_;
  PcmPacker packer_;
  std::string written_header_;
  std::vector<std::uint8_t> buffer_;
};

std::unique_ptr<PcmHeader> MakeWavHeader(int channels, int sample_rate, const EncodeOptions& options);
std::unique_ptr<BlockWriter> MakeWavWriter(beam::ByteSink& sink, int channels, int sample_rate,
                                           const EncodeOptions& options);
std::unique_ptr<BlockWriter> MakeAiffWriter(beam::ByteSink& sink, int channels, int sample_rate,
                                            const EncodeOptions& options);

}  // namespace klay::internal
