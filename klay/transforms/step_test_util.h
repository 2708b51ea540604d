// What the tests of the audio steps share: signals made within the pipeline, and words for what came out.
#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"
#include "klay/audio/encode_test_util.h"
#include "klay/transforms/elements.h"

namespace klay {

// "2 1000 44100": tones of so many channels, frames and Hz; the text is the path, too.
inline AudioFile Signal(const std::string& text) {
  int channels = 0;
  std::int64_t frames = 0;
  int rate = 0;
  std::istringstream(text) >> channels >> frames >> rate;
  return {text, channels == 0 ? Waveform() : TestTones(channels, frames, rate), ""};
}

inline beam::PCollection<AudioFile> Signals(beam::Pipeline& p, const std::vector<std::string>& texts) {
  return p | beam::Create("Texts", texts) | beam::Map("Signals", [](const std::string& text) { return Signal(text); });
}

// "PATH -> 2 1000 44100"
inline beam::PCollection<std::string> Shapes(const beam::PCollection<AudioFile>& files) {
  return files | beam::Map("Shapes", [](const AudioFile& file) {
           return file.path + " -> " + std::to_string(file.audio.channels()) + ' ' + std::to_string(file.audio.frames())
               + ' ' + std::to_string(file.audio.sample_rate());
         });
}

// "PATH: REASON"
inline beam::PCollection<std::string> Reasons(const std::string& label, const beam::PCollection<Failure>& failures) {
  return failures | beam::Map(label, [](const Failure& failure) { return failure.path + ": " + failure.reason; });
}

// The sentence of the UsageError for the fields of a step; empty where they are in order.
template <class Step>
std::string Complaint(const Step& step) {
  try {
    step.Validate();
    return "";
  } catch (const beam::UsageError& error) {
    return error.what();
  }
}

}  // namespace klay
