// LoudnessMeter: loudness by EBU R 128 and ITU-R BS.1770, block by block, planar 32-bit float. Loudness and range are
// libebur128's; the true peak is measured with a Resampler, whose filter is longer than BS.1770 asks for and many times
// faster than libebur128's.
//
// Channels are weighted by their usual places: 1 mono, 2 L R, 3 L R LFE, 4 L R Ls Rs, 5 L R C Ls Rs, 6 L R C LFE Ls Rs,
// 7 L R C LFE Cs Lss Rss, 8 L R C LFE Lrs Rrs Lss Rss; of more than 8 all count alike. LFE channels do not count.
//
// A sample that is not a number, or infinite, is taken for zero, and counted.
//
// Not thread-safe. Keeps the last three seconds, and 1 MB for each hour (every block's loudness: the measurement is
// exact, not a histogram's).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "klay/audio/audio_error.h"
#include "klay/audio/resampler.h"

namespace klay {

struct Loudness {
  double integrated_lufs = 0;  // minus infinity for silence (below -70 LUFS) and for less than 0.4 s
  double range_lu = 0;         // EBU Tech 3342; 0 where there is too little for it
  // The largest of all channels in dB relative to full scale, between the samples as well: by 4 times oversampling
  // below 96 kHz, 2 times below 192 kHz, none from there. Minus infinity for digital silence.
  double true_peak_dbtp = 0;
  std::vector<double> channel_true_peaks_dbtp;
  std::int64_t not_finite = 0;  // samples
};

class LoudnessMeter {
 public:
  // Throws AudioError for rates and numbers of channels that cannot be measured: rates from 16 Hz to 2.8 MHz, up to 64
  // channels, and no more than 11 million samples a second in all channels together.
  LoudnessMeter(int channels, int sample_rate);
  ~LoudnessMeter();
  LoudnessMeter(LoudnessMeter&&) noexcept;
  LoudnessMeter& operator=(LoudnessMeter&&) noexcept;

  void Process(const float* const* planes, std::int64_t frames);

  // Ends the signal. The meter can only be destroyed then.
  Loudness Finish();

 private:
  struct Library;

  void AddPeaks(const float* const* planes, std::int64_t frames);

  int channels_;
  std::unique_ptr<Library> library_;
  std::vector<float> interleaved_;
  std::vector<float> finite_;  // a block without what is not finite
  std::vector<const float*> block_;
  std::int64_t not_finite_ = 0;

  Resampler oversampler_;
  std::vector<float> oversampled_;
  std::vector<float*> oversampled_planes_;
  std::vector<std::uint32_t> peaks_;  // magnitudes (magnitude.h), channel by channel
};

}  // namespace klay
