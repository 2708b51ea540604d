// LoadWaveform: a whole audio file into memory.
//
//   auto source = file.Open();
//   try {
//     klay::LoadedAudio audio = klay::LoadWaveform(*source);
//     use(audio.waveform, audio.report.seconds());
//   } catch (const klay::AudioError& error) {
//     failed(path, error.what());
//   }
//
// Memory: the length that the header announces is reserved from a beam::MemoryBudget before it is allocated; the call
// waits for its turn, and throws beam::Error, naming the file, if the signal is larger than the whole budget. A header
// that announces more than the file could hold gets no more than what the file could hold. Thread-safe.
#pragma once

#include "beam/base/byte_source.h"
#include "beam/base/memory_budget.h"
#include "klay/audio/audio_error.h"
#include "klay/audio/decode_report.h"
#include "klay/audio/waveform.h"

namespace klay {

struct LoadedAudio {
  Waveform waveform;
  DecodeReport report;
  // Held until destroyed. Keep it while the waveform is being worked on; do not keep it where waveforms are collected
  // (a batch), because the next load could then wait for it for ever.
  beam::MemoryBudget::Reservation memory;
};

// `source` stands at its start. Throws what AudioDecoder throws.
LoadedAudio LoadWaveform(beam::ByteSource& source, const DecodeOptions& options = {});

// Decodes everything and keeps nothing: the same report, the same errors, little memory.
DecodeReport CheckAudio(beam::ByteSource& source, const DecodeOptions& options = {});

}  // namespace klay
