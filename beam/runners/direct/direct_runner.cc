#include "beam/runners/direct/direct_runner.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "beam/base/memory_budget.h"
#include "beam/runners/direct/engine.h"
#include "beam/runners/direct/engine_worker.h"

namespace beam {
namespace {

class DirectResult final : public PipelineResult {
 public:
  explicit DirectResult(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) { engine_->Start(); }

  ~DirectResult() override {
    engine_->Stop();
    engine_->Wait(std::chrono::milliseconds::max());
  }

  PipelineState state() const override { return engine_->state(); }
  PipelineState WaitUntilFinish(std::chrono::milliseconds timeout) override {
    engine_->Wait(timeout);
    return engine_->state();
  }
  void Cancel() override { engine_->Stop(); }
  std::string error() const override { return engine_->error(); }
  MetricResults metrics() const override { return engine_->metrics(); }

 private:
  std::shared_ptr<Engine> engine_;
};

}  // namespace

std::unique_ptr<PipelineResult> RunDirect(const Pipeline& pipeline, const DirectRunnerOptions& options,
                                          MakeBundleRunners make_runners) {
  EngineOptions engine;
  engine.workers = options.num_workers > 0 ? options.num_workers
                                           : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  engine.max_attempts = std::max(1, options.max_attempts);
  engine.shuffle_memory_bytes =
      options.shuffle_memory_bytes > 0 ? options.shuffle_memory_bytes : MachineMemoryBytes() / 4;
  engine.temp_folder = options.temp_location;
  engine.make_runners = make_runners ? std::move(make_runners) : &MakeEngineWorkers;
  return std::make_unique<DirectResult>(std::make_shared<Engine>(pipeline.shared_graph(), engine));
}

}  // namespace beam
