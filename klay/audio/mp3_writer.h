// Mp3Writer: MPEG layer III by LAME, in constant or variable bit rate, with the header in the first frame that tells
// players (and Mp3Reader) which samples at both ends are the encoder's.
//
// On a sink that can rewrite this is LAME's own header, with seek table and checksums. Two cases get a shorter one of
// ours without them: a sink that cannot rewrite, with the figures worked out from options.expected_frames; and bit
// rates whose frames are too small for LAME's, which then writes none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "beam/base/byte_sink.h"
#include "klay/audio/block_buffer.h"
#include "klay/audio/block_writer.h"
#include "klay/audio/encode_options.h"

struct lame_global_struct;

namespace klay::internal {

class Mp3Writer : public BlockWriter {
 public:
  Mp3Writer(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options);

  void Write(const float* const* planes, std::int64_t frames) override;
  void Finish(std::int64_t frames) override;

 private:
  struct CloseLame {
    void operator()(lame_global_struct* lame) const;
  };

  void Configure(int channels, int sample_rate, const EncodeOptions& options, float scale);
  void Encode(float* const* planes, std::int64_t frames);
  void Emit(int result);
  std::string HeaderFor(std::int64_t frames) const;

  beam::ByteSink& sink_;
  const std::optional<std::int64_t> expected_frames_;
  const bool constant_bitrate_;
  std::unique_ptr<lame_global_struct, CloseLame> lame_;
  BlockBuffer buffer_;
  std::vector<std::uint8_t> bytes_;
  bool own_header_ = false;
  std::uint8_t frame_header_[4] = {};  // of the first frame of audio; zeros until it is there
};

}  // namespace klay::internal
