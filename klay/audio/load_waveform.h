// LoadWaveform: an audio file, or a part of one, into memory; mixed and resampled on the way if wanted.
//
//   auto source = file.Open();
//   try {
//     klay::LoadedAudio audio = klay::LoadWaveform(*source, {.channels = 1, .sample_rate = 16000});
//     use(audio.waveform, audio.report.seconds());
//   } catch (const klay::AudioError& error) {
//     failed(path, error.what());
//   }
//
// Memory: the length that the header announces, or what becomes of the part of it, is reserved from a
// beam::MemoryBudget before it is allocated; the call waits for its turn, and throws beam::Error, naming the file, if
// the signal is larger than the whole budget. A header that announces more than the file could hold gets no more than
// what the file could hold. Thread-safe.
#pragma once

#include <optional>

#include "beam/base/byte_source.h"
#include "beam/base/memory_budget.h"
#include "klay/audio/audio_error.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/resampler.h"
#include "klay/audio/waveform.h"

namespace klay {

struct LoadOptions {
  DecodeOptions decode = {};

  // The part from here on, of so many seconds or up to the end; both count as floor(seconds * sample rate) frames. What
  // lies behind is never decoded, what lies before only where AudioDecoder::Skip() must; what is not decoded is not
  // checked for damage. A part that goes beyond the end is as long as the signal allows; one that begins at the end or
  // behind it is an AudioError, save that the whole of an empty signal may be taken.
  double start_seconds = 0;
  std::optional<double> duration_seconds = {};

  // Mixed by ChannelRule::kMean; resampled to ceil(frames * sample_rate / the part's rate) frames, as if the part were
  // the whole signal. Channels are mixed before where that makes them fewer.
  std::optional<int> channels = {};
  std::optional<int> sample_rate = {};
  ResamplerMethod resampler = ResamplerMethod::kHigh;
};

struct LoadedAudio {
  Waveform waveform;
  // Of what was decoded: its frames are the part's, before mixing and resampling.
  DecodeReport report;
  // Held until destroyed. Keep it while the waveform is being worked on; do not keep it where waveforms are collected
  // (a batch), because the next load could then wait for it for ever.
  beam::MemoryBudget::Reservation memory;
};

// `source` stands at its start. Throws what AudioDecoder throws, and AudioError for what cannot be converted.
LoadedAudio LoadWaveform(beam::ByteSource& source, const LoadOptions& options);
LoadedAudio LoadWaveform(beam::ByteSource& source, const DecodeOptions& options = {});

// Decodes the same and keeps nothing: the same report, the same errors, little memory.
DecodeReport CheckAudio(beam::ByteSource& source, const LoadOptions& options);
DecodeReport CheckAudio(beam::ByteSource& source, const DecodeOptions& options = {});

}  // namespace klay
