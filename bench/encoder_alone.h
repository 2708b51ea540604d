// The encoder libraries fed from memory, with the settings that our encoders have by default: what encoding costs at
// least. Each takes stereo, planar float, and returns the bytes that came of it, which are not kept.
#pragma once

#include <lame/lame.h>
#include <opus/opus.h>
#include <vorbis/vorbisenc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace bench {

struct Stereo {
  std::span<const float> left;
  std::span<const float> right;
  int rate;
};

inline std::size_t EncodeMp3(const Stereo& signal) {
  constexpr std::size_t kBlock = 1152;
  std::vector<unsigned char> out(kBlock * 5 / 4 + 7200);
  lame_t lame = lame_init();
  lame_set_num_channels(lame, 2);
  lame_set_in_samplerate(lame, signal.rate);
  lame_set_out_samplerate(lame, signal.rate);
  lame_set_mode(lame, JOINT_STEREO);
  lame_set_VBR(lame, vbr_off);
  lame_set_brate(lame, 256);
  lame_init_params(lame);
  std::size_t bytes = 0;
  for (std::size_t at = 0; at < signal.left.size(); at += kBlock) {
    const auto frames = static_cast<int>(std::min(kBlock, signal.left.size() - at));
    bytes += static_cast<std::size_t>(lame_encode_buffer_ieee_float(lame, &signal.left[at], &signal.right[at], frames,
                                                                    out.data(), static_cast<int>(out.size())));
  }
  bytes += static_cast<std::size_t>(lame_encode_flush(lame, out.data(), static_cast<int>(out.size())));
  lame_close(lame);
  return bytes;
}

inline std::size_t EncodeVorbis(const Stereo& signal) {
  constexpr std::size_t kBlock = 1024;
  vorbis_info info;
  vorbis_info_init(&info);
  vorbis_encode_init_vbr(&info, 2, signal.rate, 0.4F);
  vorbis_dsp_state dsp;
  vorbis_analysis_init(&dsp, &info);
  vorbis_block block;
  vorbis_block_init(&dsp, &block);
  std::size_t bytes = 0;
  for (std::size_t at = 0;; at += kBlock) {
    // A block of no frames ends the signal.
    const std::size_t frames = at < signal.left.size() ? std::min(kBlock, signal.left.size() - at) : 0;
    if (frames > 0) {
      float** in = vorbis_analysis_buffer(&dsp, static_cast<int>(frames));
      std::memcpy(in[0], &signal.left[at], frames * sizeof(float));
      std::memcpy(in[1], &signal.right[at], frames * sizeof(float));
    }
    vorbis_analysis_wrote(&dsp, static_cast<int>(frames));
    ogg_packet packet;
    while (vorbis_analysis_blockout(&dsp, &block) == 1) {
      vorbis_analysis(&block, nullptr);
      vorbis_bitrate_addblock(&block);
      while (vorbis_bitrate_flushpacket(&dsp, &packet) == 1) bytes += static_cast<std::size_t>(packet.bytes);
    }
    if (frames == 0) break;
  }
  vorbis_block_clear(&block);
  vorbis_dsp_clear(&dsp);
  vorbis_info_clear(&info);
  return bytes;
}

// The rate must be one of Opus' own. What does not fill a packet of 20 ms is left.
inline std::size_t EncodeOpus(const Stereo& signal) {
  const auto packet = static_cast<std::size_t>(signal.rate / 50);
  std::vector<unsigned char> out(3 * 1275 + 7);
  std::vector<float> interleaved(2 * packet);
  int error = 0;
  OpusEncoder* encoder = opus_encoder_create(signal.rate, 2, OPUS_APPLICATION_AUDIO, &error);
  if (encoder == nullptr) return 0;
  opus_encoder_ctl(encoder, OPUS_SET_BITRATE(96000));
  opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(10));
  std::size_t bytes = 0;
  for (std::size_t at = 0; at + packet <= signal.left.size(); at += packet) {
    for (std::size_t i = 0; i < packet; ++i) {
      interleaved[2 * i] = signal.left[at + i];
      interleaved[2 * i + 1] = signal.right[at + i];
    }
    bytes += static_cast<std::size_t>(opus_encode_float(encoder, interleaved.data(), static_cast<int>(packet),
                                                        out.data(), static_cast<opus_int32>(out.size())));
  }
  opus_encoder_destroy(encoder);
  return bytes;
}

}  // namespace bench
