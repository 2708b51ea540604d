// Resampler: another sample rate, block by block, planar 32-bit float.
//
//   klay::Resampler resampler(44100, 16000, 2, {.method = klay::ResamplerMethod::kHigh});
//   while (frames = decoder.Read(in, kBlock)) {
//     resize(out, resampler.MostFrames(frames));
//     use(out, resampler.Process(in, frames, out));
//   }
//   resize(out, resampler.MostFrames(0));
//   use(out, resampler.Flush(out));
//
// The samples do not depend on how the signal is cut into blocks: not in one bit. n frames become exactly
// ceil(n * target_rate / source_rate), without delay: output frame 0 lies at input frame 0. Before and behind the
// signal lies silence. Equal rates pass everything through untouched.
//
// A sample that is not a number, or infinite, spoils the output within the filter's reach of it and nothing else.
//
// Rates: any two, whose ratio is at most 1024. Customary ones (in lowest terms not above some thousands) are computed
// from an exact table of the filter, others from a finely sampled one, to the same quality and several times slower.
// Tables are shared between resamplers, and at most 64 MB of them are kept.
//
// Not thread-safe; any number of resamplers may be used at once. Keeps at most a few megabytes a channel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "klay/audio/audio_error.h"
#include "klay/audio/plane_buffer.h"
#include "klay/audio/waveform.h"

namespace klay {

namespace internal {
class ResampleStage;
}  // namespace internal

enum class ResamplerMethod {
  // torchaudio's resample(), impulse responses to 1e-6 (between rates whose ratio needs numbers above some thousands:
  // its formula without its rounding of positions). Short and fast, and soft: with the usual parameters the gain is
  // -1 dB at 0.84 of the lower Nyquist frequency and -7 dB just above it.
  kSincHann,
  kSincKaiser,
  // Kaiser-windowed sincs. Frequencies relative to the lower of the two Nyquist frequencies, levels to a sine; measured
  // by resampler_quality_test.cc. All are flat within 0.001 dB up to 0.9, and at -6 dB at 0.956.
  //            stop-band from 1.0   noise and distortion up to 0.9
  kMedium,    //  below -102 dB        below -105 dB: fit for 16 bits
  kHigh,      //  below -135 dB        below -135 dB: fit for 20 bits
  kVeryHigh,  //  below -153 dB        below -149 dB: fit for 24 bits, and all that 32-bit float holds
};

struct ResamplerOptions {
  ResamplerMethod method = ResamplerMethod::kSincHann;

  // Only for kSincHann and kSincKaiser, with torchaudio's names and defaults.
  int lowpass_filter_width = 6;      // zero crossings of the sinc on each side
  double rolloff = 0.99;             // the filter's edge, as a fraction of the lower Nyquist frequency
  double beta = 14.769656459379492;  // of the Kaiser window
};

// "sinc_interp_hann", "sinc_interp_kaiser" (as in torchaudio), "medium", "high", "very_high". Throws AudioError for
// another name, and lists these.
ResamplerMethod ParseResamplerMethod(const std::string& name);
const char* ResamplerMethodName(ResamplerMethod method);

class Resampler {
 public:
  static constexpr int kMostChannels = 128;
  static constexpr int kMostRatio = 1024;

  // Throws AudioError for rates below 1 Hz or too far from each other, for more than kMostChannels channels (as in
  // torchaudio's wrapper, it guards against transposed signals), and for options out of range.
  Resampler(int source_rate, int target_rate, int channels, const ResamplerOptions& options = {});
  ~Resampler();
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;

  int source_rate() const { return source_rate_; }
  int target_rate() const { return target_rate_; }
  int channels() const { return channels_; }

  // What a whole signal of so many frames becomes.
  std::int64_t OutputFrames(std::int64_t input_frames) const;

  // The most frames that a Process() of so many frames can write now; for none, exactly those that Flush() will write.
  std::int64_t MostFrames(std::int64_t input_frames) const;

  // Takes all of `frames` frames of channel c from input[c], writes what can be known by now to output[c], and returns
  // how many frames that is. Planes must not overlap.
  std::int64_t Process(const float* const* input, std::int64_t frames, float* const* output);

  // Ends the signal: writes what is left of it, and returns how many frames. A new signal may follow.
  std::int64_t Flush(float* const* output);

 private:
  std::int64_t Through(std::size_t stage, const float* const* input, std::int64_t frames, float* const* output,
                       std::int64_t at);

  int source_rate_;
  int target_rate_;
  int channels_;
  std::vector<internal::ResampleStage> stages_;  // none where the rates are equal
  std::vector<internal::PlaneBuffer> between_;   // what a stage hands to the next
  std::vector<const float*> input_;              // where the next input is,
  std::vector<float*> output_;                   // and where the next output goes

  std::int64_t taken_ = 0;    // frames of the signal that Process() was given
  std::int64_t written_ = 0;  // frames that were written
};

// A whole signal at once. Throws what Resampler's constructor throws.
Waveform Resample(const Waveform& signal, int target_rate, const ResamplerOptions& options = {});

}  // namespace klay
