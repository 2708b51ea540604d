#include "klay/audio/ffmpeg.h"

extern "C" {
#include <libavcodec/bsf.h>
#include <libavutil/channel_layout.h>
#include <libavutil/mem.h>
}

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/base/log.h"

namespace klay::internal {
namespace {

// The index of a hundred hours of m4a fits; what a damaged header asks for beyond it is refused.
constexpr std::size_t kMostBytesAtOnce = std::size_t{512} << 20;
constexpr int kIoBufferSize = 32 << 10;

thread_local AvLogCollector* collector = nullptr;

// What a file has besides audio is looked at by FFmpeg when it is opened, and may be as damaged as it likes.
bool IsOfOtherMedia(void* context) {
  if (context == nullptr) return false;
  const AVClass* const its_class = *static_cast<const AVClass**>(context);
  AVMediaType type = AVMEDIA_TYPE_UNKNOWN;
  if (its_class == avcodec_get_class()) type = static_cast<const AVCodecContext*>(context)->codec_type;
  if (its_class == av_bsf_get_class()) {
    const AVCodecParameters* const of = static_cast<const AVBSFContext*>(context)->par_in;
    if (of != nullptr) type = of->codec_type;
  }
  return type != AVMEDIA_TYPE_AUDIO && type != AVMEDIA_TYPE_UNKNOWN;
}

void LogCallback(void* context, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR || !AvLogScope::Wants() || IsOfOtherMedia(context)) return;
  char text[512];
  std::vsnprintf(text, sizeof text, format, arguments);
  std::size_t size = std::strlen(text);
  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '.' || text[size - 1] == '!')) --size;
  if (size == 0) return;
  beam::LogDebug("FFmpeg: " + std::string(text, size));
  AvLogScope::Give(std::string(text, size));
}

template <class Owner, class Handle>
Owner OrBadAlloc(Handle* handle) {
  if (handle == nullptr) throw std::bad_alloc();
  return Owner(handle);
}

}  // namespace

AvPacket MakePacket() { return OrBadAlloc<AvPacket>(av_packet_alloc()); }
AvFrame MakeFrame() { return OrBadAlloc<AvFrame>(av_frame_alloc()); }
AvCodecParameters MakeCodecParameters() { return OrBadAlloc<AvCodecParameters>(avcodec_parameters_alloc()); }

void InitFfmpeg() {
  static std::once_flag once;
  std::call_once(once, [] {
    av_log_set_callback(LogCallback);
    av_max_alloc(kMostBytesAtOnce);
  });
}

std::string AvErrorText(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(error, text, sizeof text);
  return text;
}

#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(59, 24, 100)
int ChannelCount(const AVFrame& frame) { return frame.ch_layout.nb_channels; }
int ChannelCount(const AVCodecParameters& parameters) { return parameters.ch_layout.nb_channels; }
void SetChannelCount(AVCodecParameters& parameters, int channels) {
  av_channel_layout_default(&parameters.ch_layout, channels);
}
namespace {
void SetLayout(AVChannelLayout& layout, int channels, std::uint32_t speaker_mask) {
  av_channel_layout_uninit(&layout);
  if (speaker_mask != 0) {
    av_channel_layout_from_mask(&layout, speaker_mask);
  } else {
    layout.order = AV_CHANNEL_ORDER_UNSPEC;
    layout.nb_channels = channels;
  }
}
}  // namespace
void SetLayout(AVCodecContext& context, int channels, std::uint32_t speaker_mask) {
  SetLayout(context.ch_layout, channels, speaker_mask);
}
void SetLayout(AVFrame& frame, int channels, std::uint32_t speaker_mask) {
  SetLayout(frame.ch_layout, channels, speaker_mask);
}
#else
int ChannelCount(const AVFrame& frame) { return frame.channels; }
int ChannelCount(const AVCodecParameters& parameters) { return parameters.channels; }
void SetChannelCount(AVCodecParameters& parameters, int channels) { parameters.channels = channels; }
void SetLayout(AVCodecContext& context, int channels, std::uint32_t speaker_mask) {
  context.channels = channels;
  context.channel_layout = speaker_mask;
}
void SetLayout(AVFrame& frame, int channels, std::uint32_t speaker_mask) {
  frame.channels = channels;
  frame.channel_layout = speaker_mask;
}
#endif

void SetExtradata(AVCodecParameters& parameters, ByteView bytes) {
  av_freep(&parameters.extradata);
  parameters.extradata = static_cast<std::uint8_t*>(av_mallocz(bytes.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (parameters.extradata == nullptr) throw std::bad_alloc();
  std::memcpy(parameters.extradata, bytes.data(), bytes.size());
  parameters.extradata_size = static_cast<int>(bytes.size());
}

std::string AvLogCollector::Take() { return std::exchange(first_, {}); }

AvLogScope::AvLogScope(AvLogCollector& to) : former_(std::exchange(collector, &to)) {}
AvLogScope::~AvLogScope() { collector = former_; }
bool AvLogScope::Wants() { return collector == nullptr || collector->first_.empty(); }
void AvLogScope::Give(std::string message) {
  if (collector != nullptr) collector->first_ = std::move(message);
}

void FillPacket(AVPacket& packet, ByteView bytes) {
  constexpr std::size_t kSmallest = 8192;
  const std::size_t needed = bytes.size() + AV_INPUT_BUFFER_PADDING_SIZE;
  if (packet.buf == nullptr || !av_buffer_is_writable(packet.buf) || packet.buf->size < needed) {
    av_packet_unref(&packet);
    packet.buf = av_buffer_alloc(needed < kSmallest ? kSmallest : 2 * needed);
    if (packet.buf == nullptr) throw std::bad_alloc();
    packet.data = packet.buf->data;
  }
  std::memcpy(packet.data, bytes.data(), bytes.size());
  std::memset(packet.data + bytes.size(), 0, AV_INPUT_BUFFER_PADDING_SIZE);
  packet.size = static_cast<int>(bytes.size());
}

AvSourceIo::AvSourceIo(BufferedSource& source) : source_(source) {
  auto* buffer = static_cast<unsigned char*>(av_malloc(kIoBufferSize));
  if (buffer == nullptr) throw std::bad_alloc();
  context_ = avio_alloc_context(buffer, kIoBufferSize, 0, this, &AvSourceIo::Read, nullptr, &AvSourceIo::Seek);
  if (context_ == nullptr) {
    av_free(buffer);
    throw std::bad_alloc();
  }
}

AvSourceIo::~AvSourceIo() {
  av_freep(&context_->buffer);
  avio_context_free(&context_);
}

void AvSourceIo::Rethrow() {
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

int AvSourceIo::Read(void* self, std::uint8_t* out, int size) {
  auto& io = *static_cast<AvSourceIo*>(self);
  if (io.error_) return AVERROR_EXTERNAL;
  try {
    beam::ThrowIfCancelled();
    const std::size_t got = io.source_.Read(out, static_cast<std::size_t>(size));
    return got == 0 ? AVERROR_EOF : static_cast<int>(got);
  } catch (...) {
    io.error_ = std::current_exception();
    return AVERROR_EXTERNAL;
  }
}

std::int64_t AvSourceIo::Seek(void* self, std::int64_t offset, int whence) {
  auto& io = *static_cast<AvSourceIo*>(self);
  if (io.error_) return AVERROR_EXTERNAL;
  const auto size = io.source_.size();
  whence &= ~AVSEEK_FORCE;
  if (whence == AVSEEK_SIZE) return size ? static_cast<std::int64_t>(*size) : AVERROR(ENOSYS);
  if (whence == SEEK_CUR) offset += static_cast<std::int64_t>(io.source_.position());
  if (whence == SEEK_END) {
    if (!size) return AVERROR(ENOSYS);
    offset += static_cast<std::int64_t>(*size);
  }
  if (offset < 0) return AVERROR(EINVAL);
  try {
    io.source_.Seek(static_cast<std::uint64_t>(offset));
    return offset;
  } catch (...) {
    io.error_ = std::current_exception();
    return AVERROR_EXTERNAL;
  }
}

}  // namespace klay::internal
