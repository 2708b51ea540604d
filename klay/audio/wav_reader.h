// WavReader: plain PCM and float out of WAVE files, read without FFmpeg and equal to it bit for bit.
//
// Found out: a data chunk that promises more than the file holds, and a file that ends within a frame. Not knowable:
// changed samples, and the true length of a streamed file (size 0 or "unknown" in the header), which goes to the file's
// end.
#pragma once

#include <memory>
#include <vector>

#include "klay/audio/block_reader.h"
#include "klay/audio/buffered_source.h"
#include "klay/audio/damage_log.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/wav_header.h"

namespace klay::internal {

class WavReader : public BlockReader {
 public:
  // `source` stands where ReadWavHeader() left it; header.samples is set. All references must outlive the reader.
  WavReader(BufferedSource& source, const WavHeader& header, const DecodeOptions& options, DamageLog& damage,
            DecodeReport& report);

  std::int64_t Read(float* const* planes, std::int64_t capacity) override;
  std::int64_t Skip(std::int64_t frames) override;

 private:
  BufferedSource& source_;
  const WavHeader header_;
  DamageLog& damage_;
  DecodeReport& report_;
  std::int64_t frames_left_;  // by the header; of a streamed file without end
  std::vector<float*> plane_positions_;
};

}  // namespace klay::internal
