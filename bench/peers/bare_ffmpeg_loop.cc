// The peer that run-example is measured against: the loop over FFmpeg's libraries that their documentation teaches. One
// thread; each file is opened, probed, decoded and converted to planar float; nothing is kept and nothing is checked.
//
//   peer_bare_ffmpeg_loop FILE...      (or "-": names on standard input, one a line)
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}

#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

namespace {

struct Decoding {
  AVFormatContext* format = nullptr;
  AVCodecContext* codec = nullptr;
  SwrContext* resampler = nullptr;
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  std::vector<std::vector<float>> planes;

  ~Decoding() {
    av_frame_free(&frame);
    av_packet_free(&packet);
    swr_free(&resampler);
    avcodec_free_context(&codec);
    avformat_close_input(&format);
  }
};

// Converts what the decoder has ready; returns how many samples a channel that was.
std::int64_t TakeFrames(Decoding& d) {
  std::int64_t samples = 0;
  while (avcodec_receive_frame(d.codec, d.frame) >= 0) {
    if (d.resampler == nullptr) {
      swr_alloc_set_opts2(&d.resampler, &d.frame->ch_layout, AV_SAMPLE_FMT_FLTP, d.frame->sample_rate,
                          &d.frame->ch_layout, static_cast<AVSampleFormat>(d.frame->format), d.frame->sample_rate, 0,
                          nullptr);
      if (swr_init(d.resampler) < 0) return samples;
      d.planes.resize(static_cast<std::size_t>(d.frame->ch_layout.nb_channels));
    }
    std::vector<std::uint8_t*> out;
    for (auto& plane : d.planes) {
      plane.resize(static_cast<std::size_t>(d.frame->nb_samples));
      out.push_back(reinterpret_cast<std::uint8_t*>(plane.data()));
    }
    const int got = swr_convert(d.resampler, out.data(), d.frame->nb_samples,
                                const_cast<const std::uint8_t**>(d.frame->extended_data), d.frame->nb_samples);
    if (got > 0) samples += got;
  }
  return samples;
}

// The length in seconds, or a negative number if nothing can be decoded.
double Decode(const std::string& path) {
  Decoding d;
  if (avformat_open_input(&d.format, path.c_str(), nullptr, nullptr) < 0) return -1;
  if (avformat_find_stream_info(d.format, nullptr) < 0) return -1;
  const AVCodec* codec = nullptr;
  const int stream = av_find_best_stream(d.format, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0);
  if (stream < 0) return -1;
  d.codec = avcodec_alloc_context3(codec);
  avcodec_parameters_to_context(d.codec, d.format->streams[stream]->codecpar);
  d.codec->pkt_timebase = d.format->streams[stream]->time_base;
  if (avcodec_open2(d.codec, codec, nullptr) < 0) return -1;
  std::int64_t samples = 0;
  while (av_read_frame(d.format, d.packet) >= 0) {
    if (d.packet->stream_index == stream && avcodec_send_packet(d.codec, d.packet) >= 0) samples += TakeFrames(d);
    av_packet_unref(d.packet);
  }
  avcodec_send_packet(d.codec, nullptr);
  samples += TakeFrames(d);
  return samples == 0 || d.codec->sample_rate <= 0 ? -1 : static_cast<double>(samples) / d.codec->sample_rate;
}

}  // namespace

int main(int argc, char** argv) {
  av_log_set_level(AV_LOG_QUIET);
  std::vector<std::string> paths(argv + 1, argv + argc);
  if (paths.size() == 1 && paths[0] == "-") {
    paths.clear();
    for (std::string line; std::getline(std::cin, line);) paths.push_back(line);
  }
  double seconds = 0;
  int failed = 0;
  for (const std::string& path : paths) {
    const double length = Decode(path);
    if (length < 0) {
      ++failed;
    } else {
      seconds += length;
    }
  }
  std::printf("%zu files, %.3f s, %d failed\n", paths.size(), seconds, failed);
}
