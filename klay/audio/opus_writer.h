// OpusWriter: Opus in Ogg (RFC 7845) by libopus, in packets of 20 ms. The samples that the encoder puts before the
// signal are said in the header, the exact length by the last page's position.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "beam/base/byte_sink.h"
#include "klay/audio/block_buffer.h"
#include "klay/audio/block_writer.h"
#include "klay/audio/encode_options.h"
#include "klay/audio/ogg_writer.h"

struct OpusEncoder;
struct OpusMSEncoder;

namespace klay::internal {

class OpusWriter : public BlockWriter {
 public:
  OpusWriter(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options);

  void Write(const float* const* planes, std::int64_t frames) override;
  void Finish(std::int64_t frames) override;

 private:
  struct DestroyEncoder {
    void operator()(OpusEncoder* encoder) const;
    void operator()(OpusMSEncoder* encoder) const;
  };

  template <class... Request>
  void Control(Request... request);
  void WriteHeaders(int sample_rate, int family, const std::vector<unsigned char>& mapping);
  void Encode(float* const* planes);
  void WriteHeld(bool last, std::int64_t granule);

  OggWriter ogg_;
  std::vector<int> order_;
  std::int64_t packet_frames_;  // at the signal's rate; always 960 at 48 kHz
  int ticks_per_frame_;         // positions are counted at 48 kHz
  BlockBuffer buffer_;
  // One of them: `pair_` for mono and stereo, for which the other makes the same bytes in a sixth more time.
  std::unique_ptr<OpusEncoder, DestroyEncoder> pair_;
  std::unique_ptr<OpusMSEncoder, DestroyEncoder> many_;
  int streams_ = 1;
  int coupled_ = 0;
  std::int64_t pre_skip_ = 0;
  std::int64_t packets_ = 0;
  std::vector<float> interleaved_;
  std::vector<std::uint8_t> packet_;
  // The last packet waits until it is known whether it is the last of all, which its page must say.
  std::vector<std::uint8_t> held_;
};

}  // namespace klay::internal
