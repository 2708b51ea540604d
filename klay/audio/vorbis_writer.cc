#include "klay/audio/vorbis_writer.h"

#include <vorbis/vorbisenc.h>

#include <algorithm>
#include <new>
#include <string>

#include "klay/audio/audio_error.h"
#include "klay/audio/channel_order.h"

namespace klay::internal {
namespace {

constexpr std::int64_t kBlock = 1024;

// Whether libvorbis has a set-up for this bit rate.
bool TakesBitrate(int channels, int sample_rate, int bitrate) {
  vorbis_info info;
  vorbis_info_init(&info);
  const bool takes = vorbis_encode_setup_managed(&info, channels, sample_rate, -1, bitrate, -1) == 0;
  vorbis_info_clear(&info);
  return takes;
}

// The legal bit rate that is nearest to `bitrate`: between that and one that is legal.
int NearestBitrate(int channels, int sample_rate, int bitrate, int legal) {
  int illegal = bitrate;
  while (std::abs(legal - illegal) > 1) {
    const int middle = legal + (illegal - legal) / 2;
    (TakesBitrate(channels, sample_rate, middle) ? legal : illegal) = middle;
  }
  return legal;
}

}  // namespace

VorbisWriter::VorbisWriter(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options)
    : ogg_(sink, options.seed), order_(VorbisChannelOrder(channels)), buffer_(channels, kBlock, Cleaning::kForLossy) {
  Configure(channels, sample_rate, options);
  if (vorbis_analysis_init(&dsp_, &info_) != 0) throw std::bad_alloc();
  vorbis_block_init(&dsp_, &block_);
  WriteHeaders();
}

VorbisWriter::~VorbisWriter() {
  vorbis_block_clear(&block_);
  vorbis_dsp_clear(&dsp_);
}

void VorbisWriter::Configure(int channels, int sample_rate, const EncodeOptions& options) {
  const auto quality = static_cast<float>(options.quality.value_or(4) / 10);
  if (!options.bitrate) {
    if (vorbis_encode_init_vbr(&info_, channels, sample_rate, quality) != 0) {
      throw AudioError("ogg: libvorbis has no set-up for " + std::to_string(channels) + " channels at "
                       + std::to_string(sample_rate) + " Hz");
    }
    return;
  }
  const int bitrate = *options.bitrate;
  if (vorbis_encode_setup_managed(&info_, channels, sample_rate, -1, bitrate, -1) == 0) {
    // The quality that gives this rate on average: to hold it at each moment costs twice the time and helps nobody.
    vorbis_encode_ctl(&info_, OV_ECTL_RATEMANAGE2_SET, nullptr);
    if (vorbis_encode_setup_init(&info_) == 0) return;
  }
  const auto fail = [&](const std::string& why) {
    throw AudioError("ogg has no bitrate of " + std::to_string(bitrate) + " for " + std::to_string(channels)
                     + " channels at " + std::to_string(sample_rate) + " Hz: " + why);
  };
  Info usual;
  if (vorbis_encode_init_vbr(&usual, channels, sample_rate, 0.4F) != 0) fail("libvorbis has no set-up for it");
  const int legal = static_cast<int>(usual.bitrate_nominal);
  if (!TakesBitrate(channels, sample_rate, legal)) fail("say a quality instead");
  fail("the nearest is " + std::to_string(NearestBitrate(channels, sample_rate, bitrate, legal)) + " bits a second");
}

void VorbisWriter::WriteHeaders() {
  vorbis_comment comment;
  vorbis_comment_init(&comment);
  ogg_packet identification;
  ogg_packet comments;
  ogg_packet setup;
  const int result = vorbis_analysis_headerout(&dsp_, &comment, &identification, &comments, &setup);
  vorbis_comment_clear(&comment);
  if (result != 0) throw AudioError("ogg: libvorbis gives no headers");
  // The first header has a page of its own, and audio begins on a new one.
  ogg_.Packet(identification);
  ogg_.Flush();
  ogg_.Packet(comments);
  ogg_.Packet(setup);
  ogg_.Flush();
}

void VorbisWriter::Write(const float* const* planes, std::int64_t frames) {
  buffer_.Write(planes, frames, [this](float* const* block) { Encode(block, kBlock); });
}

void VorbisWriter::Encode(float* const* planes, std::int64_t frames) {
  float** in = vorbis_analysis_buffer(&dsp_, static_cast<int>(frames));
  for (std::size_t c = 0; c < order_.size(); ++c) std::copy_n(planes[order_[c]], frames, in[c]);
  vorbis_analysis_wrote(&dsp_, static_cast<int>(frames));
  Drain();
}

void VorbisWriter::Drain() {
  while (vorbis_analysis_blockout(&dsp_, &block_) == 1) {
    if (vorbis_analysis(&block_, nullptr) != 0) throw AudioError("ogg: libvorbis cannot encode this signal");
    vorbis_bitrate_addblock(&block_);
    ogg_packet packet;
    while (vorbis_bitrate_flushpacket(&dsp_, &packet) == 1) ogg_.Packet(packet);
  }
}

void VorbisWriter::Finish(std::int64_t /*frames*/) {
  if (buffer_.filled() > 0) {
    const std::int64_t rest = buffer_.filled();
    Encode(buffer_.Rest(), rest);
  }
  vorbis_analysis_wrote(&dsp_, 0);
  Drain();
  ogg_.Flush();
}

}  // namespace klay::internal
