#include "klay/audio/packet_decoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <utility>

#include "beam/base/cancel.h"
#include "klay/audio/audio_error.h"
#include "klay/audio/sample_convert.h"

namespace klay::internal {
namespace {

// A damaged timestamp can lie anywhere; silence put in place of lost audio ends here, for a whole file. No codec gets a
// thousand samples out of a byte, so that a small file cannot ask for much.
constexpr std::int64_t kMostConcealedSeconds = 3600;
constexpr std::int64_t kLeastConcealedSeconds = 10;
constexpr std::uint64_t kMostFramesPerByte = 1000;

std::optional<SampleFormat> FormatOf(AVSampleFormat format) {
  switch (av_get_packed_sample_fmt(format)) {
    case AV_SAMPLE_FMT_U8: return SampleFormat::kU8;
    case AV_SAMPLE_FMT_S16: return SampleFormat::kS16;
    case AV_SAMPLE_FMT_S32: return SampleFormat::kS32;
    case AV_SAMPLE_FMT_S64: return SampleFormat::kS64;
    case AV_SAMPLE_FMT_FLT: return SampleFormat::kF32;
    case AV_SAMPLE_FMT_DBL: return SampleFormat::kF64;
    default: return std::nullopt;
  }
}

// Writes frames [begin, begin + count) of `frame` to out[c].
void CopyFrame(const AVFrame& frame, std::int64_t begin, std::int64_t count, float* const* out) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const SampleFormat samples = *FormatOf(format);
  const int channels = ChannelCount(frame);
  const auto bytes = static_cast<std::int64_t>(BytesPerSample(samples));
  if (!av_sample_fmt_is_planar(format)) {
    ConvertInterleaved(samples, frame.extended_data[0] + begin * bytes * channels, channels, count, out);
    return;
  }
  for (int c = 0; c < channels; ++c) {
    const std::uint8_t* in = frame.extended_data[c] + begin * bytes;
    if (samples == SampleFormat::kF32) {
      std::memcpy(out[c], in, static_cast<std::size_t>(count * bytes));
    } else {
      ConvertInterleaved(samples, in, 1, count, out + c);
    }
  }
}

AvCodecContext OpenCodec(const PacketReader& reader) {
  const AVCodecParameters& parameters = reader.codec();
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr) {
    throw AudioError(std::string("there is no decoder for ") + avcodec_get_name(parameters.codec_id) + " audio");
  }
  AvCodecContext context(avcodec_alloc_context3(codec));
  if (context == nullptr) throw std::bad_alloc();
  int error = avcodec_parameters_to_context(context.get(), &parameters);
  if (error >= 0) {
    context->pkt_timebase = reader.time_base();
    context->thread_count = 1;  // the pipeline is what runs in parallel
    // A frame whose checksum or syntax is wrong is refused, rather than handed out as noise.
    context->err_recognition = AV_EF_EXPLODE | (reader.verifies_checksums() ? 0 : AV_EF_CRCCHECK);
    if (reader.counts_samples()) context->flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;
    error = avcodec_open2(context.get(), codec, nullptr);
  }
  if (error < 0) {
    throw AudioError("damaged: the header of the " + std::string(codec->name) + " audio is wrong (" + AvErrorText(error)
                     + ")");
  }
  return context;
}

// Nothing but PCM and lossless codecs keeps samples of a certain depth, whatever a container says of the others.
int BitDepthOf(const AVCodecContext& codec) {
  if (const int exact = av_get_exact_bits_per_sample(codec.codec_id); exact >= 8) return exact;
  const AVCodecDescriptor* const about = avcodec_descriptor_get(codec.codec_id);
  const bool lossless = about != nullptr && (about->props & AV_CODEC_PROP_LOSSLESS) != 0;
  if (!lossless) return 0;
  return codec.bits_per_raw_sample > 0 ? codec.bits_per_raw_sample : codec.bits_per_coded_sample;
}

}  // namespace

PacketDecoder::PacketDecoder(std::unique_ptr<PacketReader> reader, std::optional<std::uint64_t> file_bytes,
                             const DecodeOptions& options, DamageLog& damage, DecodeReport& report)
    : options_(options),
      damage_(damage),
      report_(report),
      reader_(std::move(reader)),
      file_bytes_(file_bytes),
      codec_(OpenCodec(*reader_)) {
  const AvLogScope scope(log_);
  report_.info.codec = avcodec_get_name(reader_->codec().codec_id);
  const bool decoded = NextFrame();
  report_.info.bit_depth = BitDepthOf(*codec_);
  if (decoded) return;
  report_.info.channels = ChannelCount(reader_->codec());
  report_.info.sample_rate = reader_->codec().sample_rate;
  if (report_.info.frames_from_header != 0 || report_.info.channels <= 0 || report_.info.sample_rate <= 0) {
    const std::string why = report_.damaged() ? ": " + report_.DamageText() : "";
    throw AudioError("damaged: there is a header, but no " + report_.info.codec + " audio could be decoded" + why);
  }
}

std::int64_t PacketDecoder::Read(float* const* planes, std::int64_t capacity) {
  const AvLogScope scope(log_);
  const int channels = report_.info.channels;
  std::int64_t written = 0;
  while (written < capacity) {
    plane_positions_.assign(planes, planes + channels);
    for (float*& plane : plane_positions_) plane += written;
    if (silence_left_ > 0) {
      const std::int64_t count = std::min(silence_left_, capacity - written);
      for (float* plane : plane_positions_) std::fill_n(plane, count, 0.0F);
      silence_left_ -= count;
      report_.concealed_frames += count;
      report_.frames += count;
      written += count;
    } else if (frame_begin_ < frame_end_) {
      const std::int64_t count = std::min(frame_end_ - frame_begin_, capacity - written);
      CopyFrame(*frame_, frame_begin_, count, plane_positions_.data());
      frame_begin_ += count;
      report_.frames += count;
      written += count;
    } else if (!NextFrame()) {
      break;
    }
  }
  return written;
}

std::int64_t PacketDecoder::Skip(std::int64_t frames) {
  const std::optional<int> warm_up = reader_->warm_up_packets();
  const std::int64_t begin = DeliveredUpTo();
  // Nothing to win where the decoder has already got all packets up to there.
  if (!warm_up || read_all_ || !queue_.empty() || frames <= position_ - begin) return 0;
  const AvLogScope scope(log_);
  const std::int64_t target = begin + frames;
  reader_->SeekForward(target);
  QueuePackets(target, static_cast<std::size_t>(*warm_up));
  if (queue_.empty()) return 0;
  silence_left_ = frame_begin_ = frame_end_ = 0;
  const auto warms_up = [&] { return frame_->pts != AV_NOPTS_VALUE && SamplesOf(frame_->pts) < warm_until_; };
  while (NextFrame() && warms_up()) silence_left_ = frame_begin_ = frame_end_ = 0;
  std::int64_t end = DeliveredUpTo();
  if (reader_->counts_samples()) end = std::min(end, reader_->end_frame().value_or(end));
  return std::clamp<std::int64_t>(end - begin, 0, frames);
}

// Reads up to the packet that holds `target`, and keeps what the decoder needs of those before.
void PacketDecoder::QueuePackets(std::int64_t target, std::size_t warm_up) {
  AvPacket packet = MakePacket();
  for (;;) {
    beam::ThrowIfCancelled();
    const std::int64_t losses = damage_.count();
    if (!reader_->Next(*packet)) {
      read_all_ = true;
      break;
    }
    queue_.push_back({std::move(packet), damage_.count() != losses});
    const AVPacket& last = *queue_.back().packet;
    if (SamplesOf(last.pts) <= target) warm_until_ = SamplesOf(last.pts);
    if (SamplesOf(last.pts + last.duration) > target) break;
    // One more than is needed, for packets that do not tell their duration.
    if (queue_.size() > warm_up + 1) {
      packet = std::move(queue_.front().packet);
      queue_.pop_front();
    } else {
      packet = MakePacket();
    }
  }
}

// The position of the next sample that Read() gives.
std::int64_t PacketDecoder::DeliveredUpTo() const {
  return frame_begin_ < frame_end_ || silence_left_ > 0 ? position_ - frame_->nb_samples + frame_begin_ - silence_left_
                                                        : position_;
}

// Decodes until something is to be delivered. False at the end.
bool PacketDecoder::NextFrame() {
  while (!finished_) {
    const int result = avcodec_receive_frame(codec_.get(), frame_.get());
    if (result >= 0) {
      if (Accept()) return true;
    } else if (result == AVERROR_EOF) {
      StartNextStream();
    } else if (result == AVERROR(EAGAIN)) {
      SendNextPacket();
    } else {
      OnDecoderError(result);
    }
  }
  return false;
}

void PacketDecoder::SendNextPacket() {
  beam::ThrowIfCancelled();
  if (sent_all_) return StartNextStream();  // the decoder asks for more than there is
  if (!NextPacket()) {
    sent_all_ = true;
    const int result = avcodec_send_packet(codec_.get(), nullptr);
    if (result < 0 && result != AVERROR_EOF) OnDecoderError(result);
    return;
  }
  if (after_loss_ && reader_->flush_after_loss()) avcodec_flush_buffers(codec_.get());
  if (!positioned_ && reader_->counts_samples()) {
    const bool lost_before = damage_.count() != losses_seen_;
    position_ = lost_before ? std::min(packet_->pts, reader_->first_frame()) : packet_->pts;
    positioned_ = true;
  }
  packet_seconds_ = packet_->pts == AV_NOPTS_VALUE ? SecondsAt(position_) : SecondsAt(SamplesOf(packet_->pts));
  const int result = avcodec_send_packet(codec_.get(), packet_.get());
  if (result < 0) OnDecoderError(result);
}

bool PacketDecoder::NextPacket() {
  if (!queue_.empty()) {
    packet_ = std::move(queue_.front().packet);
    after_loss_ = queue_.front().after_loss;
    queue_.pop_front();
    return true;
  }
  const std::int64_t losses = damage_.count();
  read_all_ = read_all_ || !reader_->Next(*packet_);
  after_loss_ = damage_.count() != losses;
  return !read_all_;
}

void PacketDecoder::StartNextStream() {
  if (!reader_->NextStream()) {
    finished_ = true;
    return;
  }
  codec_ = OpenCodec(*reader_);
  read_all_ = sent_all_ = positioned_ = false;
}

void PacketDecoder::OnDecoderError(int error) {
  if (error == AVERROR(ENOMEM)) throw AudioError(kTooMuchMemory);
  const std::string text = log_.Take();
  if (packet_->pts != AV_NOPTS_VALUE && SamplesOf(packet_->pts) < warm_until_) return;
  DecoderReports(text.empty() ? AvErrorText(error) : text);
}

void PacketDecoder::DecoderReports(const std::string& text) {
  damage_.DamagedAt(packet_seconds_, "the " + report_.info.codec + " decoder reports: " + text);
}

// Takes frame_ as the next part of the signal. False if none of it is to be delivered.
bool PacketDecoder::Accept() {
  CheckParameters();
  // Some decoders only log that they made up what they could not decode. (Those of our own readers' codecs either
  // refuse a damaged packet, or log what is nothing unusual, as mp3's at the beginning of a cut file.)
  if (!reader_->counts_samples()) {
    const std::string text = log_.Take();
    if (!text.empty()) DecoderReports(text);
  }
  frame_begin_ = 0;
  frame_end_ = frame_->nb_samples;
  PlaceInTime();
  Trim();
  return silence_left_ > 0 || frame_begin_ < frame_end_;
}

void PacketDecoder::CheckParameters() {
  const int channels = ChannelCount(*frame_);
  const int rate = frame_->sample_rate;
  AudioInfo& info = report_.info;
  if (info.channels == 0) {
    if (channels <= 0 || channels > options_.max_channels) {
      throw AudioError(std::to_string(channels) + " channels: between 1 and " + std::to_string(options_.max_channels)
                       + " are supported");
    }
    if (rate <= 0 || rate > options_.max_sample_rate) {
      throw AudioError("a sample rate of " + std::to_string(rate) + " Hz: at most "
                       + std::to_string(options_.max_sample_rate) + " are supported");
    }
    info.channels = channels;
    info.sample_rate = rate;
  } else if (channels != info.channels || rate != info.sample_rate) {
    throw AudioError("at " + SecondsText(SecondsAt(position_)) + " the audio changes from "
                     + std::to_string(info.channels) + " channels at " + std::to_string(info.sample_rate) + " Hz to "
                     + std::to_string(channels) + " channels at " + std::to_string(rate)
                     + " Hz: such files are not supported");
  }
  if (!FormatOf(static_cast<AVSampleFormat>(frame_->format))) {
    throw AudioError("the " + info.codec + " decoder gives samples of an unknown format");
  }
}

// Timestamps are only believed where something is known to be missing: a gap in them by itself is how some containers
// store pauses, and many are imprecise.
void PacketDecoder::PlaceInTime() {
  // The first frames after a loss can be shorter or longer than their packets, as codecs overlap neighbours.
  constexpr int kFramesToPlace = 3;
  if (frame_->pts != AV_NOPTS_VALUE && SamplesOf(frame_->pts) <= warm_until_) {
    position_ = SamplesOf(frame_->pts);
    return;
  }
  const bool lost = damage_.count() != losses_seen_;
  losses_seen_ = damage_.count();
  if (lost) frames_to_place_ = kFramesToPlace;
  if (frame_->pts == AV_NOPTS_VALUE) return;
  const std::int64_t pts = SamplesOf(frame_->pts);
  if (!positioned_) {
    position_ = lost ? 0 : pts;
    positioned_ = true;
  }
  if (frames_to_place_ == 0) return;
  --frames_to_place_;
  const std::int64_t gap = pts - std::max(position_, reader_->first_frame());
  if (gap > 0) {
    silence_left_ = std::min(gap, std::max<std::int64_t>(MostConcealed() - report_.concealed_frames, 0));
    position_ = pts;
  } else if (reader_->counts_samples() && position_ > pts) {
    frame_begin_ = std::min<std::int64_t>(position_ - pts, frame_->nb_samples);
    position_ = pts;
  }
}

std::int64_t PacketDecoder::MostConcealed() const {
  const std::int64_t rate = report_.info.sample_rate;
  std::int64_t most = kMostConcealedSeconds * rate;
  if (file_bytes_ && *file_bytes_ < static_cast<std::uint64_t>(most) / kMostFramesPerByte) {
    most = static_cast<std::int64_t>(*file_bytes_ * kMostFramesPerByte);
  }
  return std::max(most, kLeastConcealedSeconds * rate);
}

// Cuts frame_ to the part of the timeline that is signal, and moves on.
void PacketDecoder::Trim() {
  const std::int64_t begin = position_;
  position_ += frame_end_;
  if (!reader_->counts_samples()) {
    if (const auto seconds = reader_->length_in_seconds()) {
      const std::int64_t length = std::llround(*seconds * report_.info.sample_rate);
      const std::int64_t left = std::max<std::int64_t>(length - taken_, 0);
      silence_left_ = std::min(silence_left_, left);
      frame_end_ = std::min(frame_end_, frame_begin_ + left - silence_left_);
    }
    taken_ += silence_left_ + frame_end_ - frame_begin_;
    return;
  }
  frame_begin_ = std::clamp<std::int64_t>(reader_->first_frame() - begin, frame_begin_, frame_end_);
  if (const auto end = reader_->end_frame()) {
    frame_end_ = std::clamp<std::int64_t>(*end - begin, frame_begin_, frame_end_);
    silence_left_ =
        std::clamp<std::int64_t>(silence_left_, 0, std::max<std::int64_t>(*end - (begin - silence_left_), 0));
  }
}

std::int64_t PacketDecoder::SamplesOf(std::int64_t pts) const {
  if (reader_->counts_samples()) return pts;
  const int rate = report_.info.sample_rate > 0 ? report_.info.sample_rate : reader_->codec().sample_rate;
  return av_rescale_q(pts, reader_->time_base(), AVRational{1, std::max(rate, 1)});
}

double PacketDecoder::SecondsAt(std::int64_t position) const {
  int rate = report_.info.sample_rate;
  if (rate == 0) rate = reader_->codec().sample_rate;
  return rate <= 0 ? 0 : static_cast<double>(std::max<std::int64_t>(position - reader_->first_frame(), 0)) / rate;
}

}  // namespace klay::internal
