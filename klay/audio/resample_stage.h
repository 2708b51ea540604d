// ResampleStage: a signal through the filter of one bank, block by block, planar 32-bit float. A Resampler is one of
// them, or several in a row.
//
// Frame 0 of the output lies at frame 0 of the input, and before the signal is silence. So a filter has an output
// before frame 0 too, which the next one in a row wants: a stage begins to write `lead()` frames before its frame 0,
// and takes as many from the stage before it.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "klay/audio/resample_bank.h"
#include "klay/audio/sample_memory.h"

namespace klay::internal {

struct ResampleKernel;

class ResampleStage {
 public:
  // `last` is the stage that writes what the user gets: it has no lead. `before` is the stage that it takes its input
  // from; null for the signal itself.
  ResampleStage(std::shared_ptr<const ResampleBank> bank, int channels, const ResampleStage* before, bool last);

  // Begins a signal.
  void Begin();

  const RateRatio& ratio() const { return bank_->ratio; }
  std::int64_t lead() const { return lead_; }
  // How many frames come of a signal of so many frames, to the last that is not silent.
  std::int64_t FramesWithTail(std::int64_t frames) const;

  // The most that Process() may write for so many frames.
  std::int64_t MostFrames(std::int64_t frames) const;
  // Takes all of `frames` frames of channel c from input[c], writes what can be known by now to output[c], and returns
  // how many frames that is. Planes must not overlap.
  std::int64_t Process(const float* const* input, std::int64_t frames, float* const* output);

  // The output ends before this frame; what lies behind it is not written.
  void EndAt(std::int64_t frame) { end_ = frame; }
  // The frames that are left up to there.
  std::int64_t Left() const { return end_ - next_; }
  // Ends the input: silence follows. Writes Left() frames.
  void Flush(float* const* output);

 private:
  void Append(const float* const* input, std::int64_t offset, std::int64_t frames);  // without input: silence
  std::int64_t WritePeriods(const PeriodicBank& bank, int periods, float* const* output, std::int64_t at);
  std::int64_t WriteSmooth(const SmoothBank& bank, float* const* output, std::int64_t at);
  void DropBefore(std::int64_t sample);
  float* Held(int channel) const;

  std::shared_ptr<const ResampleBank> bank_;
  const ResampleKernel* kernel_;
  int channels_;
  std::int64_t lead_taken_;  // the lead of the stage before
  std::int64_t reach_;       // how far, in frames of the output, what is not silent reaches beyond the signal
  std::int64_t lead_ = 0;    // a multiple of a bank's period

  std::int64_t next_ = 0;  // the frame of the output that is written next
  std::int64_t end_ = 0;
  std::int64_t skipped_ = 0;  // frames of the input's lead that are still to be left out: they are silent
  // Of a SmoothBank: where next_ lies in the input, as a whole number and a rest of ratio.target-ths.
  std::int64_t whole_ = 0;
  std::int64_t rest_ = 0;

  // The input that is still needed: of each channel the samples from held_begin_ (counted from the input's frame 0) to
  // held_begin_ + held_.
  SampleMemory memory_;
  std::int64_t capacity_ = 0;  // of a channel, without the slack behind it
  std::int64_t held_begin_ = 0;
  std::int64_t held_ = 0;

  SampleMemory scratch_;
  std::vector<float> cut_;  // periods of which the output ends within one
};

}  // namespace klay::internal
