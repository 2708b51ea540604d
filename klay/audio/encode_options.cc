#include "klay/audio/encode_options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "beam/base/error.h"

namespace klay {
namespace {

using NamedFormat = std::pair<std::string_view, AudioFormat>;
constexpr std::array<NamedFormat, 10> kFormats = {{{"wav", AudioFormat::kWav},
                                                   {"aiff", AudioFormat::kAiff},
                                                   {"flac", AudioFormat::kFlac},
                                                   {"mp3", AudioFormat::kMp3},
                                                   {"ogg", AudioFormat::kOgg},
                                                   {"opus", AudioFormat::kOpus},
                                                   {"m4a", AudioFormat::kM4a},
                                                   {"aif", AudioFormat::kAiff},
                                                   {"oga", AudioFormat::kOgg},
                                                   {"wave", AudioFormat::kWav}}};

using NamedDepth = std::pair<std::string_view, BitDepth>;
constexpr std::array<NamedDepth, 6> kDepths = {{{"8", BitDepth::kInt8},
                                                {"16", BitDepth::kInt16},
                                                {"24", BitDepth::kInt24},
                                                {"32", BitDepth::kInt32},
                                                {"32f", BitDepth::kFloat32},
                                                {"64f", BitDepth::kFloat64}}};

bool IsPcm(AudioFormat format) { return format == AudioFormat::kWav || format == AudioFormat::kAiff; }

[[noreturn]] void Refuse(const EncodeOptions& options, const std::string& what) {
  throw beam::UsageError(std::string(AudioFormatName(options.format)) + ": " + what);
}

std::string Number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// A field that the format may know, within a range.
template <class Value>
void CheckField(const EncodeOptions& options, const char* name, const std::optional<Value>& value, bool known,
                double lowest, double highest) {
  if (!value) return;
  if (!known) Refuse(options, std::string("this format has no ") + name + ": leave it out");
  const auto number = static_cast<double>(*value);
  if (!(number >= lowest && number <= highest)) {
    Refuse(options,
           std::string(name) + " " + Number(number) + " is out of range: it goes from " + Number(lowest) + " to "
               + Number(highest));
  }
}

void CheckBitDepth(const EncodeOptions& options) {
  const bool lossless = IsPcm(options.format) || options.format == AudioFormat::kFlac;
  if (options.bit_depth) {
    if (!lossless) Refuse(options, "this format has no bit depth: leave it out");
    if (options.format == AudioFormat::kFlac && *options.bit_depth != BitDepth::kInt16
        && *options.bit_depth != BitDepth::kInt24) {
      Refuse(options, "the bit depth is 16 or 24, not " + std::string(BitDepthName(*options.bit_depth)));
    }
  }
  const BitDepth depth = options.bit_depth.value_or(BitDepth::kInt16);
  const bool rounded_to_24_or_less = lossless && BytesPerSample(depth) <= 3;
  if (options.dither && !rounded_to_24_or_less) Refuse(options, "dither is for bit depths of 8, 16 and 24");
  if (options.dither && options.quantisation == Quantisation::kFloor) {
    Refuse(options, "dither goes with rounding, not with quantisation by floor");
  }
  if (options.quantisation == Quantisation::kFloor
      && (!lossless || depth == BitDepth::kFloat32 || depth == BitDepth::kFloat64)) {
    Refuse(options, "quantisation by floor is for integer samples");
  }
}

}  // namespace

AudioFormat ParseAudioFormat(std::string_view name) {
  std::string lower(name.substr(name.starts_with('.') ? 1 : 0));
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const auto& [known, format] : kFormats) {
    if (lower == known) return format;
  }
  throw beam::UsageError("no audio format is called \"" + std::string(name)
                         + "\": there are wav, aiff, flac, mp3, ogg, opus and m4a");
}

std::string_view AudioFormatName(AudioFormat format) {
  return std::ranges::find(kFormats, format, &NamedFormat::second)->first;
}

BitDepth ParseBitDepth(std::string_view name) {
  for (const auto& [known, depth] : kDepths) {
    if (name == known) return depth;
  }
  throw beam::UsageError("no bit depth is called \"" + std::string(name)
                         + "\": there are 8, 16, 24, 32 (integers), 32f and 64f (floating point)");
}

std::string_view BitDepthName(BitDepth depth) { return std::ranges::find(kDepths, depth, &NamedDepth::second)->first; }

int BytesPerSample(BitDepth depth) {
  switch (depth) {
    case BitDepth::kInt8: return 1;
    case BitDepth::kInt16: return 2;
    case BitDepth::kInt24: return 3;
    case BitDepth::kInt32:
    case BitDepth::kFloat32: return 4;
    case BitDepth::kFloat64: return 8;
  }
  return 0;
}

void CheckOptions(const EncodeOptions& options) {
  const AudioFormat format = options.format;
  CheckBitDepth(options);
  const bool lossy = !IsPcm(format) && format != AudioFormat::kFlac;
  if (options.bitrate && options.quality) Refuse(options, "say either a bitrate or a quality, not both");
  CheckField(options, "bitrate", options.bitrate, lossy, 500, 100e6);
  const bool mp3 = format == AudioFormat::kMp3;
  CheckField(options, "quality", options.quality, mp3 || format == AudioFormat::kOgg, mp3 ? 0 : -1, mp3 ? 9.999 : 10);
  const bool has_effort = mp3 || format == AudioFormat::kFlac || format == AudioFormat::kOpus;
  CheckField(options, "effort", options.effort, has_effort, 0, mp3 ? 9 : format == AudioFormat::kFlac ? 12 : 10);
  if (options.expected_frames && *options.expected_frames < 0) {
    Refuse(options, "a length of " + std::to_string(*options.expected_frames) + " frames was announced");
  }
}

}  // namespace klay
