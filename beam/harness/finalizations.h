// Finalizations: what bundles left to be done once the engine has made their outputs safe (BundleFinalizer). The engine
// need not come back for it: what is kept goes with its expiry. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "beam/model/bundle_finalizer.h"

namespace beam {

class Finalizations {
 public:
  using Callbacks = std::vector<BundleFinalizer::Callback>;

  void Keep(const std::string& instruction, Callbacks callbacks);

  // Calls what the bundle has left, and forgets it; nothing where that has expired, or was called before. What it
  // throws is logged, and no error for the engine: some of Beam's would end the job, whose outputs are safe.
  void Finalize(const std::string& instruction);

 private:
  std::mutex mutex_;
  std::map<std::string, Callbacks> waiting_;  // by instruction
};

}  // namespace beam
