// FeatureError: a file of features (npy, npz, json) is damaged, or holds what is not supported. Its text is the reason
// alone, fit for a `failed` output beside the path; it does not repeat the path.
//
// Trouble with reading the bytes (permissions, network) is not a FeatureError: it arrives as what the ByteSource threw.
#pragma once

#include "beam/base/error.h"

namespace klay {

class FeatureError : public beam::Error {
 public:
  using beam::Error::Error;
};

}  // namespace klay
