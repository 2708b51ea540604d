// AudioError: a file is not audio, is damaged, or goes beyond a limit. Its text is the reason alone, fit for a `failed`
// output beside the path; it does not repeat the path.
//
// Trouble with reading the bytes (permissions, network) is not an AudioError: it arrives as what the ByteSource threw.
#pragma once

#include "beam/base/error.h"

namespace klay {

class AudioError : public beam::Error {
 public:
  using beam::Error::Error;
};

// The content is of no audio format at all: what an image or a text is, rather than a damaged recording.
class NotAudioError : public AudioError {
 public:
  using AudioError::AudioError;
};

}  // namespace klay
