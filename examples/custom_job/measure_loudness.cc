#include "measure_loudness.h"

#include <ebur128.h>

#include <cmath>
#include <memory>

namespace {

struct CloseMeter {
  void operator()(ebur128_state* meter) const { ebur128_destroy(&meter); }
};

}  // namespace

double IntegratedLufs(const klay::Waveform& audio, std::vector<float>& interleaved) {
  const auto channels = static_cast<std::size_t>(audio.channels());
  const auto frames = static_cast<std::size_t>(audio.frames());
  interleaved.resize(channels * frames);
  for (std::size_t c = 0; c < channels; ++c) {
    const float* samples = audio.channel(static_cast<int>(c)).data();
    for (std::size_t i = 0; i < frames; ++i) interleaved[i * channels + c] = samples[i];
  }

  const std::unique_ptr<ebur128_state, CloseMeter> meter(
      ebur128_init(static_cast<unsigned>(channels), static_cast<unsigned long>(audio.sample_rate()), EBUR128_MODE_I));
  double lufs = -HUGE_VAL;
  if (!meter || ebur128_add_frames_float(meter.get(), interleaved.data(), frames) != EBUR128_SUCCESS
      || ebur128_loudness_global(meter.get(), &lufs) != EBUR128_SUCCESS) {
    throw beam::Error("libebur128 cannot measure this signal");
  }
  return lufs;
}

void MeasureLoudness::ProcessElement(std::vector<float>& interleaved, const klay::AudioFile& file,
                                     beam::Output<Loudness, "within_limit"> within_limit,
                                     beam::Output<Loudness, "too_loud"> too_loud) const {
  const double lufs = IntegratedLufs(file.audio, interleaved);
  if (lufs > limit_lufs) {
    too_loud.Emit({file.path, lufs});
  } else {
    within_limit.Emit({file.path, lufs});
  }
}
