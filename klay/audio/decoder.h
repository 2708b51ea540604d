// AudioDecoder: an audio file as blocks of planar float. LoadWaveform() in load_waveform.h is the whole file at once.
//
// The content decides what a file is, never its name. Truncated and damaged files are found out: by the checksums and
// lengths that the formats carry, and by the decoders. What cannot be known is said with each reader (wav_reader.h,
// mp3_reader.h, ogg_reader.h, container_reader.h).
//
//   klay::AudioDecoder decoder(*source);
//   std::vector<float> left(4096), right(4096);           // decoder.info().channels of them
//   float* planes[] = {left.data(), right.data()};
//   while (std::int64_t frames = decoder.Read(planes, 4096)) Use(planes, frames);
//
// Not thread-safe; it decodes in the calling thread and keeps less than a megabyte. Throws AudioError for what is wrong
// with the file, whatever the ByteSource throws for trouble with reading it, and beam::Cancelled when the run is asked
// to stop. After an exception it can only be destroyed.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "beam/base/byte_source.h"
#include "klay/audio/audio_error.h"
#include "klay/audio/decode_report.h"

namespace klay {

namespace internal {
class BlockReader;
class BufferedSource;
class DamageLog;
}  // namespace internal

class AudioDecoder {
 public:
  // Opens the file and decodes its beginning. `source` stands at its start and must outlive the decoder.
  explicit AudioDecoder(beam::ByteSource& source, const DecodeOptions& options = {});
  ~AudioDecoder();
  AudioDecoder(const AudioDecoder&) = delete;
  AudioDecoder& operator=(const AudioDecoder&) = delete;

  const AudioInfo& info() const { return report_.info; }

  // Writes up to `capacity` (> 0) frames of channel c to planes[c]; returns how many, 0 at the end. Once it has
  // returned 0 everything that can be known about the file's integrity has been checked.
  std::int64_t Read(float* const* planes, std::int64_t capacity);

  // Moves on by `frames` frames; returns how many, fewer only at the end. What comes then is, to the bit, what would
  // have come without it. Where the format allows it nothing is decoded on the way: wav, aiff, au, caf and w64 with
  // plain samples seek, and so does flac, by the numbers of its frames; of mp3, Ogg Vorbis and FLAC in Ogg, packets are
  // read and dropped. The others are decoded and dropped: the state of Opus and AAC decoders depends on everything
  // before. Damage of what is not read, or not decoded, is not found out.
  std::int64_t Skip(std::int64_t frames);

  // What is known so far.
  const DecodeReport& report() const { return report_; }

 private:
  std::int64_t Drop(std::int64_t frames);
  void CheckLength(std::int64_t before, bool at_end);

  const DecodeOptions options_;
  DecodeReport report_;
  std::unique_ptr<internal::DamageLog> damage_;
  std::unique_ptr<internal::BufferedSource> source_;  // before reader_, which reads from it
  std::unique_ptr<internal::BlockReader> reader_;
  std::vector<float> dropped_;  // where frames are decoded to that nobody wants
  bool finished_ = false;
};

}  // namespace klay
