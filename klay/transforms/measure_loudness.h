// MeasureLoudness: loudness, loudness range and true peak of each signal, by EBU R 128 (loudness.h).
//
//   auto [loudness, failed] = audio | beam::ParDo("Loudness", klay::MeasureLoudness{});
//
// What cannot be measured (more than 64 channels, rates out of the ordinary) is `failed`.
#pragma once

#include <string>

#include "beam/model/output.h"
#include "klay/audio/loudness.h"
#include "klay/transforms/elements.h"

namespace klay {

struct FileLoudness {
  std::string path;
  double seconds = 0;
  Loudness loudness;
};

struct MeasureLoudness {
  void ProcessElement(const AudioFile& file, beam::Output<FileLoudness, "loudness"> loudness,
                      beam::Output<Failure, "failed"> failed) const;
};

}  // namespace klay
