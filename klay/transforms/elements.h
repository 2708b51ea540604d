// The elements that audio pipelines pass on.
#pragma once

#include <string>

#include "klay/audio/waveform.h"
#include "klay/transforms/waveform_coder.h"

namespace klay {

// A decoded file.
struct AudioFile {
  std::string path;  // as it was matched; the key by which results are told apart
  Waveform audio;
  std::string damage;  // what was wrong with the file, where damage is kept (OnDamage::kKeep); else empty
};

// An input that could not be processed. It is an outcome, not an error: the run goes on.
struct Failure {
  std::string path;
  std::string reason;  // one sentence
};

}  // namespace klay
