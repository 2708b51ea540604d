#include "klay/audio/av_encoder.h"

#include <new>

#include "klay/audio/audio_error.h"
#include "klay/audio/channel_order.h"

namespace klay::internal {

AvEncoder::AvEncoder(const Settings& settings) {
  InitFfmpeg();
  const AvLogScope scope(log_);
  const AVCodec* codec = avcodec_find_encoder(settings.codec);
  if (codec == nullptr) {
    throw AudioError(std::string("FFmpeg's libraries have no encoder for ") + avcodec_get_name(settings.codec));
  }
  context_.reset(avcodec_alloc_context3(codec));
  if (context_ == nullptr) throw std::bad_alloc();
  context_->sample_fmt = settings.sample_format;
  context_->sample_rate = settings.sample_rate;
  context_->time_base = {1, settings.sample_rate};
  SetLayout(*context_, settings.channels, SpeakerMask(settings.channels));
  if (settings.bitrate > 0) context_->bit_rate = settings.bitrate;
  if (settings.compression_level >= 0) context_->compression_level = settings.compression_level;
  context_->bits_per_raw_sample = settings.bits;
  context_->thread_count = 1;
  // The version of the library is no part of the signal.
  context_->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
  if (const int error = avcodec_open2(context_.get(), codec, nullptr); error < 0) Fail(error);
  frame_ = MakeFrame();
  frame_->nb_samples = context_->frame_size;
  frame_->format = settings.sample_format;
  frame_->sample_rate = settings.sample_rate;
  SetLayout(*frame_, settings.channels, SpeakerMask(settings.channels));
  if (const int error = av_frame_get_buffer(frame_.get(), 0); error < 0) Fail(error);
}

AVFrame& AvEncoder::Frame() {
  // The encoder may still hold what it was sent.
  if (const int error = av_frame_make_writable(frame_.get()); error < 0) Fail(error);
  return *frame_;
}

void AvEncoder::Send(int samples, const std::function<void(const AVPacket&)>& take) {
  const AvLogScope scope(log_);
  frame_->nb_samples = samples;
  frame_->pts = position_;
  position_ += samples;
  int error = avcodec_send_frame(context_.get(), samples > 0 ? frame_.get() : nullptr);
  if (error < 0) Fail(error);
  for (;;) {
    error = avcodec_receive_packet(context_.get(), packet_.get());
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) break;
    if (error < 0) Fail(error);
    take(*packet_);
    av_packet_unref(packet_.get());
  }
  frame_->nb_samples = context_->frame_size;
}

void AvEncoder::Fail(int error) {
  if (error == AVERROR(ENOMEM)) throw std::bad_alloc();
  const std::string said = log_.Take();
  throw AudioError("FFmpeg's encoder fails: " + (said.empty() ? AvErrorText(error) : said));
}

}  // namespace klay::internal
