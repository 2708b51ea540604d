// The user's own step: how loud a recording is, by EBU R 128.
#pragma once

#include <beam/beam.h>
#include <klay/klay.h>

#include <string>
#include <vector>

// An element of the user's own. An aggregate needs nothing more to travel between steps.
struct Loudness {
  std::string path;
  double lufs = 0;  // integrated loudness over the whole file
};

// A DoFn: its fields travel to the workers, ProcessElement's parameters say what comes in and what goes out.
struct MeasureLoudness {
  double limit_lufs = -14;

  // What one instance keeps from file to file: memory for the samples in the order that libebur128 wants.
  std::vector<float> Setup() const { return {}; }

  void ProcessElement(std::vector<float>& interleaved, const klay::AudioFile& file,
                      beam::Output<Loudness, "within_limit"> within_limit,
                      beam::Output<Loudness, "too_loud"> too_loud) const;
};

// The measurement itself, which knows nothing of pipelines. `interleaved` is scratch memory.
double IntegratedLufs(const klay::Waveform& audio, std::vector<float>& interleaved);
