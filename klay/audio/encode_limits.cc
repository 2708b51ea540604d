// What each format holds of a signal: CheckEncoding() of encode_options.h.
//
// Sources: MP3: ISO/IEC 11172-3 and 13818-3, and LAME for MPEG-2.5. Vorbis: the set-ups of libvorbisenc. Opus: RFC 6716
// and 7845, and libopus. AAC: ISO/IEC 14496-3 and the limit of 6144 bits a channel and frame. FLAC: RFC 9639 and what
// libavcodec writes of it. WAV: block sizes and rates are of 16 and 32 bits.
#include "klay/audio/encode_limits.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "klay/audio/audio_error.h"
#include "klay/audio/encode_options.h"

namespace klay {
namespace internal {

const std::vector<int>& Mp3Bitrates(int sample_rate) {
  static const std::vector<int> mpeg1 = {32000,  40000,  48000,  56000,  64000,  80000,  96000,
                                         112000, 128000, 160000, 192000, 224000, 256000, 320000};
  static const std::vector<int> mpeg2 = {8000,  16000, 24000, 32000,  40000,  48000,  56000,
                                         64000, 80000, 96000, 112000, 128000, 144000, 160000};
  static const std::vector<int> mpeg25 = {8000, 16000, 24000, 32000, 40000, 48000, 56000, 64000};
  return sample_rate >= 32000 ? mpeg1 : sample_rate >= 16000 ? mpeg2 : mpeg25;
}

int BitrateOrDefault(const EncodeOptions& options, int channels, int sample_rate) {
  if (options.bitrate) return *options.bitrate;
  switch (options.format) {
    case AudioFormat::kMp3: return std::min(256000, Mp3Bitrates(sample_rate).back());
    case AudioFormat::kOpus: return 64000 * (channels % 2) + 96000 * (channels / 2);
    case AudioFormat::kM4a: return std::min(64000 * channels, MostAacBitrate(channels, sample_rate));
    default: return 0;
  }
}

int MostAacBitrate(int channels, int sample_rate) {
  return static_cast<int>(std::int64_t{6144} * channels * sample_rate / 1024);
}

}  // namespace internal

namespace {

std::string Nearest(const std::vector<int>& sorted, int value, const std::string& unit) {
  const auto above = std::ranges::lower_bound(sorted, value);
  if (above == sorted.begin()) return "the nearest is " + std::to_string(sorted.front()) + " " + unit;
  if (above == sorted.end()) return "the nearest is " + std::to_string(sorted.back()) + " " + unit;
  return "the nearest are " + std::to_string(*std::prev(above)) + " and " + std::to_string(*above) + " " + unit;
}

class Check {
 public:
  Check(const EncodeOptions& options, int channels, int sample_rate)
      : options_(options), channels_(channels), rate_(sample_rate) {}

  void Channels(int most) const {
    if (channels_ >= 1 && channels_ <= most) return;
    Fail("holds " + (most == 2 ? "1 or 2" : "1 to " + std::to_string(most)) + " channels, not "
         + std::to_string(channels_));
  }

  void RateOneOf(const std::vector<int>& rates) const {
    if (std::ranges::binary_search(rates, rate_)) return;
    Fail("has no sample rate of " + std::to_string(rate_) + " Hz: " + Nearest(rates, rate_, "Hz"));
  }

  void RateUpTo(int most) const {
    if (rate_ >= 1 && rate_ <= most) return;
    Fail("has no sample rate of " + std::to_string(rate_) + " Hz: the nearest is "
         + std::to_string(rate_ < 1 ? 1 : most) + " Hz");
  }

  void BitrateOneOf(const std::vector<int>& bitrates) const {
    if (!options_.bitrate || std::ranges::binary_search(bitrates, *options_.bitrate)) return;
    Fail("has no bitrate of " + std::to_string(*options_.bitrate) + " at " + std::to_string(rate_)
         + " Hz: " + Nearest(bitrates, *options_.bitrate, "bits a second"));
  }

  void BitrateWithin(int least, int most) const {
    if (!options_.bitrate || (*options_.bitrate >= least && *options_.bitrate <= most)) return;
    Fail("has no bitrate of " + std::to_string(*options_.bitrate) + " for " + std::to_string(channels_)
         + " channels at " + std::to_string(rate_) + " Hz: it goes from " + std::to_string(least) + " to "
         + std::to_string(most) + " bits a second");
  }

  void FlacRate() const {
    RateUpTo(655340);
    if (rate_ < 65535 || rate_ % 10 == 0) return;
    Fail("has no sample rate of " + std::to_string(rate_)
         + " Hz: " + Nearest({rate_ / 10 * 10, rate_ / 10 * 10 + 10}, rate_, "Hz"));
  }

  [[noreturn]] void Fail(const std::string& what) const {
    throw AudioError(std::string(AudioFormatName(options_.format)) + " " + what);
  }

 private:
  const EncodeOptions& options_;
  int channels_;
  int rate_;
};

}  // namespace

const std::vector<int>& LegalSampleRates(AudioFormat format) {
  static const std::vector<int> mp3 = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};
  static const std::vector<int> opus = {8000, 12000, 16000, 24000, 48000};
  static const std::vector<int> aac = {7350,  8000,  11025, 12000, 16000, 22050, 24000,
                                       32000, 44100, 48000, 64000, 88200, 96000};
  static const std::vector<int> any;
  switch (format) {
    case AudioFormat::kMp3: return mp3;
    case AudioFormat::kOpus: return opus;
    case AudioFormat::kM4a: return aac;
    default: return any;
  }
}

void CheckEncoding(const EncodeOptions& options, int channels, int sample_rate) {
  CheckOptions(options);
  const Check check(options, channels, sample_rate);
  const int sample_bytes = BytesPerSample(options.bit_depth.value_or(BitDepth::kInt16));
  if (!LegalSampleRates(options.format).empty()) check.RateOneOf(LegalSampleRates(options.format));
  switch (options.format) {
    case AudioFormat::kWav:
      check.Channels(65535 / sample_bytes);
      check.RateUpTo(std::numeric_limits<int>::max());
      break;
    case AudioFormat::kAiff:
      check.Channels(32767);
      check.RateUpTo(std::numeric_limits<int>::max());
      break;
    case AudioFormat::kFlac:
      check.Channels(8);
      check.FlacRate();
      break;
    case AudioFormat::kMp3:
      check.Channels(2);
      check.BitrateOneOf(internal::Mp3Bitrates(sample_rate));
      break;
    case AudioFormat::kOgg:
      check.Channels(255);
      check.RateUpTo(200000);
      break;
    case AudioFormat::kOpus:
      check.Channels(255);
      check.BitrateWithin(6000 * channels, 256000 * channels);
      break;
    case AudioFormat::kM4a:
      check.Channels(8);
      check.BitrateWithin(8000 * channels, internal::MostAacBitrate(channels, sample_rate));
      break;
  }
}

}  // namespace klay
