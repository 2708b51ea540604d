#include "klay/audio/convert_channels.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace klay {
namespace {

constexpr int kMostChannels = 255;

class Layout {
 public:
  explicit Layout(int channels) { av_channel_layout_default(&layout_, channels); }
  explicit Layout(const std::string& name) {
    if (av_channel_layout_from_string(&layout_, name.c_str()) < 0) layout_ = {};
  }
  ~Layout() { av_channel_layout_uninit(&layout_); }
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;

  bool known() const { return layout_.nb_channels > 0 && layout_.order == AV_CHANNEL_ORDER_NATIVE; }
  int channels() const { return layout_.nb_channels; }
  const AVChannelLayout* get() const { return &layout_; }

 private:
  AVChannelLayout layout_ = {};
};

std::vector<float> LayoutGains(const Layout& source, const Layout& target, const std::string& what) {
  const auto columns = static_cast<std::size_t>(source.channels());
  const auto rows = static_cast<std::size_t>(target.channels());
  std::vector<float> gains(rows * columns);
  if (av_channel_layout_compare(source.get(), target.get()) == 0) {
    for (std::size_t i = 0; i < rows; ++i) gains[i * columns + i] = 1;
    return gains;
  }
  // FFmpeg writes 64 by 64 places, whatever the layouts.
  constexpr std::size_t kStride = 64;
  std::vector<double> matrix(kStride * kStride);
  constexpr double kMinus3Db = 0.70710678118654752440;
  if (swr_build_matrix2(source.get(), target.get(), kMinus3Db, kMinus3Db, 0, 1, 1, matrix.data(), kStride,
                        AV_MATRIX_ENCODING_NONE, nullptr)
      < 0) {
    throw AudioError("FFmpeg has no way to convert " + what + "; convert to mono or stereo first");
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      gains[row * columns + column] = static_cast<float>(matrix[row * kStride + column]);
    }
  }
  return gains;
}

}  // namespace

ChannelMixer::ChannelMixer(int source_channels, int target_channels, ChannelRule rule)
    : source_channels_(source_channels), target_channels_(target_channels) {
  const std::string what = std::to_string(source_channels) + " channels to " + std::to_string(target_channels);
  if (std::min(source_channels, target_channels) < 1 || std::max(source_channels, target_channels) > kMostChannels) {
    throw AudioError("cannot convert " + what + ": there may be 1 to " + std::to_string(kMostChannels));
  }
  const auto columns = static_cast<std::size_t>(source_channels);
  const auto rows = static_cast<std::size_t>(target_channels);
  gains_.resize(rows * columns);
  if (source_channels == target_channels) {
    for (std::size_t i = 0; i < rows; ++i) gains_[i * columns + i] = 1;
  } else if (rule == ChannelRule::kMean && (source_channels == 1 || target_channels == 1)) {
    std::ranges::fill(gains_, 1 / static_cast<float>(source_channels));
  } else {
    const Layout source(source_channels);
    const Layout target(target_channels);
    if (!source.known() || !target.known()) {
      throw AudioError("cannot convert " + what + ": "
                       + std::to_string(source.known() ? target_channels : source_channels)
                       + " channels have no usual layout; name both layouts");
    }
    gains_ = LayoutGains(source, target, what);
  }
}

ChannelMixer ChannelMixer::BetweenLayouts(const std::string& source, const std::string& target) {
  const Layout from(source);
  const Layout to(target);
  for (const auto& [layout, name] : {std::pair{&from, &source}, {&to, &target}}) {
    if (!layout->known()) {
      throw AudioError("there is no channel layout named \"" + *name + "\"; `ffmpeg -layouts` lists them");
    }
  }
  ChannelMixer mixer;
  mixer.source_channels_ = from.channels();
  mixer.target_channels_ = to.channels();
  mixer.gains_ = LayoutGains(from, to, source + " to " + target);
  return mixer;
}

void ChannelMixer::Process(const float* const* input, std::int64_t frames, float* const* output) const {
  // A tile at a time: sums of several channels stay in the cache until they are whole.
  constexpr std::int64_t kTile = 2048;
  for (std::int64_t begin = 0; begin < frames; begin += kTile) {
    const std::int64_t length = std::min(kTile, frames - begin);
    for (int target = 0; target < target_channels_; ++target) {
      float* __restrict out = output[target] + begin;
      bool empty = true;
      for (int source = 0; source < source_channels_; ++source) {
        const float weight = gain(target, source);
        if (weight == 0) continue;
        const float* __restrict in = input[source] + begin;
        if (empty && weight == 1) {
          std::copy_n(in, length, out);
        } else if (empty) {
          for (std::int64_t i = 0; i < length; ++i) out[i] = weight * in[i];
        } else {
          for (std::int64_t i = 0; i < length; ++i) out[i] += weight * in[i];
        }
        empty = false;
      }
      if (empty) std::fill_n(out, length, 0.0F);
    }
  }
}

Waveform ConvertChannels(const Waveform& signal, const ChannelMixer& mixer) {
  assert(signal.channels() == mixer.source_channels());
  Waveform result(mixer.target_channels(), signal.frames(), signal.sample_rate());
  mixer.Process(PlanesOf(signal).data(), signal.frames(), PlanesOf(result).data());
  return result;
}

Waveform ConvertChannels(const Waveform& signal, int target_channels, ChannelRule rule) {
  return ConvertChannels(signal, ChannelMixer(signal.channels(), target_channels, rule));
}

}  // namespace klay
