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

}  // namespace klay
