#include "beam/runners/job/portable_runner.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
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

namespace beam {
namespace {

void AddArtifacts(const PortableRunnerOptions& options, EnvironmentProto& environment) {
  if (options.sdk_location != "container") {
    const std::string program = options.sdk_location == "default" ? ExecutablePath() : options.sdk_location;
    if (access(program.c_str(), R_OK | X_OK) != 0) {
      throw UsageError("--sdk_location " + program + " is no program that can be taken along: " + std::strerror(errno));
    }
    *environment.add_dependencies() = FileArtifact(program, kStagedProgram);
  }
  for (const auto& [name, path] : FilesByName(options.files_to_stage)) {
    *environment.add_dependencies() = FileArtifact(path, name);
  }
}

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
    if (options.environment_type != "LOOPBACK") AddArtifacts(options, environment);
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

std::map<std::string, std::string> FilesByName(const std::vector<std::string>& paths) {
  std::map<std::string, std::string> files;
  for (const std::string& path : paths) {
    const std::string name = std::filesystem::path(path).filename();
    const auto complain = [&](const std::string& why) {
      throw UsageError("--files_to_stage '" + path + "' cannot be taken along: " + why);
    };
    struct stat status{};
    if (stat(path.c_str(), &status) != 0 || access(path.c_str(), R_OK) != 0) complain(std::strerror(errno));
    if (!S_ISREG(status.st_mode)) complain("it is no file");
    if (name == kStagedProgram) complain("the name is that of the program; give it another one");
    if (!files.emplace(name, path).second) complain("there is another one of its name");
  }
  return files;
}

std::unique_ptr<PipelineResult> RunPortable(const Pipeline& pipeline, const PortableRunnerOptions& options) {
  return std::make_unique<PortableResult>(pipeline.shared_graph(), options);
}

}  // namespace beam
