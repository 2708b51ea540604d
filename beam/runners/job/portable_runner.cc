#include "beam/runners/job/portable_runner.h"

#include <utility>

#include "beam/base/error.h"
#include "beam/harness/worker_pool.h"
#include "beam/harness/worker_thread.h"
#include "beam/portable/artifact.h"
#include "beam/portable/environment.h"
#include "beam/portable/pipeline_proto.h"
#include "beam/portable/validate.h"
#include "beam/runners/job/dump_pipeline.h"
#include "beam/runners/job/job.h"
#include "beam/runners/job/staged_artifacts.h"

namespace beam {
namespace {

// A job, and the workers that it has in this process.
class PortableResult final : public PipelineResult {
 public:
  PortableResult(std::shared_ptr<const Graph> graph, const PortableRunnerOptions& options) : graph_(std::move(graph)) {
    const auto pipeline = ToProto(*graph_, MakeEnvironment(options), options.hints);
    if (!options.dump_pipeline.empty()) DumpPipeline(pipeline, options.dump_pipeline);
    CheckPipeline(pipeline);
    JobOptions job = options.job;
    if (options.engine) {
      engine_ = std::make_unique<LocalEngine>(*options.engine);
      job.endpoint = engine_->endpoint();
      job.trouble = [this] { return engine_->Trouble(); };
    }
    result_ = RunJob(pipeline, job);
  }

  PipelineState state() const override { return result_->state(); }
  PipelineState WaitUntilFinish(std::chrono::milliseconds timeout) override {
    return result_->WaitUntilFinish(timeout);
  }
  void Cancel() override { result_->Cancel(); }
  std::string error() const override { return result_->error(); }
  MetricResults metrics() const override { return result_->metrics(); }

 private:
  EnvironmentProto MakeEnvironment(const PortableRunnerOptions& options) {
    EnvironmentProto environment = MakeBareEnvironment(options);
    // Workers in this process have its program, and its files where they are.
    if (options.environment_type != "LOOPBACK") AddArtifacts(options.sdk_location, options.files_to_stage, environment);
    return environment;
  }

  EnvironmentProto MakeBareEnvironment(const PortableRunnerOptions& options) {
    const std::string& type = options.environment_type;
    if (type == "LOOPBACK") {
      pool_ = std::make_unique<WorkerPool>("localhost:0", &StartWorkerThread);
      return ExternalEnvironment(pool_->endpoint());
    }
    if (type == "EXTERNAL") {
      if (options.environment_config.empty()) {
        throw UsageError("--environment_type EXTERNAL needs --environment_config: the address of a worker pool");
      }
      return ExternalEnvironment(options.environment_config);
    }
    if (type == "PROCESS") {
      return ProcessEnvironment(options.environment_config.empty() ? ExecutablePath() : options.environment_config);
    }
    if (type == "DOCKER") {
      if (options.environment_config.empty()) {
        throw UsageError("--environment_type DOCKER needs --environment_config: the image of the workers' containers");
      }
      return DockerEnvironment(options.environment_config);
    }
    throw UsageError("--environment_type must be LOOPBACK, EXTERNAL, PROCESS or DOCKER, not " + type);
  }

  std::shared_ptr<const Graph> graph_;
  // These outlive the job.
  std::unique_ptr<LocalEngine> engine_;
  std::unique_ptr<WorkerPool> pool_;
  std::unique_ptr<PipelineResult> result_;
};

}  // namespace

std::unique_ptr<PipelineResult> RunPortable(const Pipeline& pipeline, const PortableRunnerOptions& options) {
  return std::make_unique<PortableResult>(pipeline.shared_graph(), options);
}

}  // namespace beam
