// FlacWriter: native FLAC by libavcodec. The header has the exact length and, if it can be rewritten, the checksum of
// all samples.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "beam/base/byte_sink.h"
#include "klay/audio/av_encoder.h"
#include "klay/audio/block_buffer.h"
#include "klay/audio/block_writer.h"
#include "klay/audio/encode_options.h"
#include "klay/audio/quantiser.h"

namespace klay::internal {

class FlacWriter : public BlockWriter {
 public:
  FlacWriter(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options);

  void Write(const float* const* planes, std::int64_t frames) override;
  void Finish(std::int64_t frames) override;

 private:
  void Encode(float* const* planes, std::int64_t frames);
  void Take(const AVPacket& packet);

  beam::ByteSink& sink_;
  int channels_;
  int bits_;
  AvEncoder encoder_;
  Quantiser quantiser_;
  BlockBuffer buffer_;
  std::vector<std::int32_t> integers_;
  std::int64_t position_ = 0;
  std::string stream_info_;  // as it is at the end
};

}  // namespace klay::internal
