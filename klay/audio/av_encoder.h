// AvEncoder: one of libavcodec's encoders, a frame in, packets out.
//
// Not thread-safe; encodes in the calling thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "klay/audio/ffmpeg.h"

namespace klay::internal {

class AvEncoder {
 public:
  struct Settings {
    AVCodecID codec = AV_CODEC_ID_NONE;
    AVSampleFormat sample_format = AV_SAMPLE_FMT_NONE;
    int channels = 0;
    int sample_rate = 0;
    std::int64_t bitrate = 0;    // 0: the encoder's own
    int compression_level = -1;  // -1: the encoder's own
    int bits = 0;                // of a sample, where there are fewer than the sample format has
  };

  // Throws AudioError with the encoder's own words if it does not take the settings.
  explicit AvEncoder(const Settings& settings);

  // The number of samples in each frame that is sent; the last may be shorter.
  int frame_size() const { return context_->frame_size; }
  int delay() const { return context_->initial_padding; }
  ByteView extradata() const { return {context_->extradata, static_cast<std::size_t>(context_->extradata_size)}; }

  // The frame to fill in, writable and for frame_size() samples.
  AVFrame& Frame();

  // Sends the first `samples` samples of Frame(); 0: that was all. Hands over what comes out.
  void Send(int samples, const std::function<void(const AVPacket&)>& take);

 private:
  [[noreturn]] void Fail(int error);

  AvLogCollector log_;
  AvCodecContext context_;
  AvFrame frame_;
  AvPacket packet_ = MakePacket();
  std::int64_t position_ = 0;
};

}  // namespace klay::internal
