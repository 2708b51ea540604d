// EngineWorker: runs bundles in the engine's own thread, by operators that the thread keeps of each stage. It takes no
// more of a bundle after about 0.1 s. One thread.
#pragma once

#include <map>
#include <memory>

#include "beam/exec/bundle_processor.h"
#include "beam/exec/stage.h"
#include "beam/runners/direct/bundle.h"
#include "beam/runners/direct/bundle_runner.h"

namespace beam {

class EngineWorker final : public BundleRunner {
 public:
  explicit EngineWorker(const EngineState& engine);
  ~EngineWorker() override;

  BundleOutput Process(Bundle& bundle) override;

 private:
  class StageInstance;

  StageInstance& Instance(const Stage& stage);
  void ProcessElements(StageInstance& instance, Bundle& bundle);
  void ProcessResumable(StageInstance& instance, Bundle& bundle, BundleOutput& output);
  void CheckStop() const;

  const EngineState engine_;
  std::map<int, std::unique_ptr<StageInstance>> instances_;
};

// Of a run that has an EngineWorker for each thread.
std::unique_ptr<BundleRunners> MakeEngineWorkers(const EngineState& engine);

}  // namespace beam
