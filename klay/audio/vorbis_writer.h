// VorbisWriter: Vorbis in Ogg by libvorbis. The last page's position is the exact length.
//
// It is fed small blocks: libvorbis takes a part of what it is given on the stack, and crashes on long ones.
// Known: libvorbis 1.3.7 itself loses 2,848 bytes of memory for each stream of six channels.
#pragma once

#include <vorbis/codec.h>

#include <cstdint>
#include <vector>

#include "beam/base/byte_sink.h"
#include "klay/audio/block_buffer.h"
#include "klay/audio/block_writer.h"
#include "klay/audio/encode_options.h"
#include "klay/audio/ogg_writer.h"

namespace klay::internal {

class VorbisWriter : public BlockWriter {
 public:
  VorbisWriter(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options);
  ~VorbisWriter() override;

  void Write(const float* const* planes, std::int64_t frames) override;
  void Finish(std::int64_t frames) override;

 private:
  // Owners, because the constructor can throw.
  struct Info : vorbis_info {
    Info() { vorbis_info_init(this); }
    ~Info() { vorbis_info_clear(this); }
    Info(const Info&) = delete;
    Info& operator=(const Info&) = delete;
  };

  void Configure(int channels, int sample_rate, const EncodeOptions& options);
  void WriteHeaders();
  void Encode(float* const* planes, std::int64_t frames);
  void Drain();

  OggWriter ogg_;
  std::vector<int> order_;
  Info info_;
  vorbis_dsp_state dsp_ = {};
  vorbis_block block_ = {};
  BlockBuffer buffer_;
};

}  // namespace klay::internal
