// AudioEncoder: blocks of planar float into the bytes of an audio file. EncodeWaveform() is a whole signal at once.
//
//   klay::AudioEncoder encoder(sink, 2, 48000, {.format = klay::AudioFormat::kMp3, .bitrate = 192000});
//   while (std::int64_t frames = decoder.Read(planes, 4096)) encoder.Write(planes, frames);
//   encoder.Finish();
//
// What goes in comes out of klay::AudioDecoder with exactly as many frames: encoder delay and padding are written where
// each format keeps them. (Opus always decodes at 48 kHz, so that a lower rate comes out as more frames of the same
// length.) No limit to the length, except AIFF's 4 GiB; wav goes on as RF64 beyond that. The same input gives the same
// bytes, however it is cut into blocks.
//
// Channels come in the order of WAV files: L R, L R C, L R Ls Rs, L R C Ls Rs, L R C LFE Ls Rs, ...; formats with
// another order are given theirs.
//
// Beyond full scale, integers saturate. Floating-point files keep everything, NaN and infinity too. The lossy codecs
// get samples up to 18 dB above full scale as they are; what lies beyond, infinities too, becomes that, and NaN becomes
// 0.
//
// Which library encodes: wav and aiff by ourselves; mp3 LAME; ogg libvorbis; opus libopus; flac and m4a (AAC-LC)
// FFmpeg's libavcodec.
//
// Not thread-safe; it encodes in the calling thread. Memory: some blocks; m4a besides keeps two bytes a packet (3.4 MB
// for ten hours). Throws beam::UsageError for options that make no sense, AudioError for a signal that the format does
// not hold as it is (never is a rate, bit rate, depth or channel changed silently), whatever the sink throws, and
// beam::Cancelled when the run is asked to stop. After an exception it can only be destroyed, and the bytes are not a
// file.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "beam/base/byte_sink.h"
#include "klay/audio/audio_error.h"
#include "klay/audio/encode_options.h"
#include "klay/audio/waveform.h"

namespace klay {

namespace internal {
class BlockWriter;
}

class AudioEncoder {
 public:
  // Writes the header. `sink` must outlive the encoder. wav, aiff, flac and mp3 say their length at the beginning: they
  // need options.expected_frames or a sink that can rewrite, and beam::UsageError says so.
  AudioEncoder(beam::ByteSink& sink, int channels, int sample_rate, const EncodeOptions& options);
  ~AudioEncoder();
  AudioEncoder(const AudioEncoder&) = delete;
  AudioEncoder& operator=(const AudioEncoder&) = delete;

  // `frames` (0 and more) frames of channel c at planes[c].
  void Write(const float* const* planes, std::int64_t frames);

  // Completes the file. Call once, last.
  void Finish();

  std::int64_t frames() const { return frames_; }  // written so far

 private:
  beam::ByteSink& sink_;
  const EncodeOptions options_;
  std::unique_ptr<internal::BlockWriter> writer_;
  int channels_;
  std::vector<const float*> planes_;  // where the next part of a block begins
  std::int64_t frames_ = 0;
};

// A whole signal; its length is the expected one.
void EncodeWaveform(beam::ByteSink& sink, const Waveform& waveform, const EncodeOptions& options);

}  // namespace klay
