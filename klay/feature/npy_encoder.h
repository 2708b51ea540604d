// NpyEncoder: blocks of planar float into a .npy file of float32 and shape (channels, frames), as AudioEncoder makes
// audio files of them.
//
//   klay::NpyEncoder encoder(sink, 2);
//   while (std::int64_t frames = decoder.Read(planes, 4096)) encoder.Write(planes, frames);
//   encoder.Finish();                                                  // numpy.load(path).shape == (2, frames)
//
// Constant memory, whatever the length: with several channels the array is in Fortran order, in which all channels of a
// frame lie together, so that the file can be written from its beginning to its end. numpy.load gives the same array
// for either order; numpy.ascontiguousarray makes it channel after channel in memory. Samples are kept as they are, NaN
// and infinities too.
//
// Not thread-safe. Throws whatever the sink throws, and beam::Cancelled when the run is asked to stop; after an
// exception it can only be destroyed, and the bytes are not a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "beam/base/byte_sink.h"
#include "klay/audio/pcm_packer.h"

namespace klay {

class NpyEncoder {
 public:
  // Writes the header, which says the length: a sink that cannot rewrite needs `expected_frames`, and beam::UsageError
  // says so.
  NpyEncoder(beam::ByteSink& sink, int channels, std::optional<std::int64_t> expected_frames = std::nullopt);

  // `frames` (0 and more) frames of channel c at planes[c].
  void Write(const float* const* planes, std::int64_t frames);

  // Completes the file. Call once, last. Throws FeatureError if another number of frames has come than was expected,
  // and the sink cannot rewrite.
  void Finish();

  std::int64_t frames() const { return frames_; }  // written so far

  // Of a file with so many frames.
  static std::int64_t FileBytes(int channels, std::int64_t frames);

 private:
  beam::ByteSink& sink_;
  int channels_;
  internal::PcmPacker packer_;
  std::string header_;  // as it was written
  std::vector<std::uint8_t> buffer_;
  std::int64_t frames_ = 0;
};

}  // namespace klay
