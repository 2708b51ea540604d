// FFmpeg's libraries, wrapped once: owners for their handles, errors in words, their log, and their I/O over a
// BufferedSource. No other file frees an FFmpeg object, and differences between its versions live here alone.
// Known to work with libavformat 59 (FFmpeg 5.1) and later.
//
// Thread-safe functions; the objects belong to one thread at a time.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>

#include "klay/audio/buffered_source.h"

namespace klay::internal {

struct FreeAvPacket {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FreeAvFrame {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreeAvCodecContext {
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
};
struct FreeAvCodecParameters {
  void operator()(AVCodecParameters* p) const { avcodec_parameters_free(&p); }
};
struct CloseAvInput {
  void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
};

using AvPacket = std::unique_ptr<AVPacket, FreeAvPacket>;
using AvFrame = std::unique_ptr<AVFrame, FreeAvFrame>;
using AvCodecContext = std::unique_ptr<AVCodecContext, FreeAvCodecContext>;
using AvCodecParameters = std::unique_ptr<AVCodecParameters, FreeAvCodecParameters>;
using AvInput = std::unique_ptr<AVFormatContext, CloseAvInput>;

// Each throws std::bad_alloc where FFmpeg has no memory.
AvPacket MakePacket();
AvFrame MakeFrame();
AvCodecParameters MakeCodecParameters();

// Sets the log callback and the largest single allocation that FFmpeg may make (a damaged header can ask for anything).
// Called by whatever opens something; the work is done once.
void InitFfmpeg();

std::string AvErrorText(int error);

// The reason of a failure with AVERROR(ENOMEM): it is the limit above that was hit, not the machine's.
inline constexpr const char* kTooMuchMemory = "damaged: its headers ask for more memory than any audio needs";

// The number of channels, whichever of FFmpeg's two channel-layout interfaces is there.
int ChannelCount(const AVFrame& frame);
int ChannelCount(const AVCodecParameters& parameters);
void SetChannelCount(AVCodecParameters& parameters, int channels);

// The channels of what is to be encoded: those of a speaker mask (which FFmpeg takes over from WAVEFORMATEXTENSIBLE),
// or without a layout where it is 0.
void SetLayout(AVCodecContext& context, int channels, std::uint32_t speaker_mask);
void SetLayout(AVFrame& frame, int channels, std::uint32_t speaker_mask);

// Gives `parameters` its own copy of `bytes` as extradata.
void SetExtradata(AVCodecParameters& parameters, ByteView bytes);

// The error messages that FFmpeg logs: it tells much of what is wrong with a file only there.
class AvLogCollector {
 public:
  // The first message since the last call, or nothing.
  std::string Take();

 private:
  friend class AvLogScope;
  std::string first_;
};

// While one lives, what FFmpeg logs on this thread goes to `collector`. Scopes nest.
class AvLogScope {
 public:
  explicit AvLogScope(AvLogCollector& collector);
  ~AvLogScope();
  AvLogScope(const AvLogScope&) = delete;
  AvLogScope& operator=(const AvLogScope&) = delete;

  // For the log callback: whether a message of an error is still wanted on this thread, and giving it.
  static bool Wants();
  static void Give(std::string message);

 private:
  AvLogCollector* former_;
};

// Makes `packet` hold a copy of `bytes`. Its memory is reused where the decoder has let go of it. (A packet without a
// reference-counted buffer would be copied by FFmpeg into a fresh allocation each time.)
void FillPacket(AVPacket& packet, ByteView bytes);

// AVIOContext over a BufferedSource, which must outlive it. An exception of the source cannot pass through FFmpeg's C
// code: it is kept, FFmpeg is told of an I/O error, and Rethrow() throws it. Call Rethrow() after everything that
// reads.
class AvSourceIo {
 public:
  explicit AvSourceIo(BufferedSource& source);
  ~AvSourceIo();
  AvSourceIo(const AvSourceIo&) = delete;
  AvSourceIo& operator=(const AvSourceIo&) = delete;

  AVIOContext* context() { return context_; }
  void Rethrow();

 private:
  static int Read(void* self, std::uint8_t* out, int size);
  static std::int64_t Seek(void* self, std::int64_t offset, int whence);

  BufferedSource& source_;
  AVIOContext* context_ = nullptr;
  std::exception_ptr error_;
};

}  // namespace klay::internal
