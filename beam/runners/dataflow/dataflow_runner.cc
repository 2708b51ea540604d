#include "beam/runners/dataflow/dataflow_runner.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "beam/base/byte_sink.h"
#include "beam/base/byte_source.h"
#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/io/file_systems.h"
#include "beam/io/file_writer.h"
#include "beam/portable/environment.h"
#include "beam/portable/pipeline_proto.h"
#include "beam/portable/sha256.h"
#include "beam/portable/validate.h"
#include "beam/runners/dataflow/dataflow_client.h"
#include "beam/runners/dataflow/dataflow_job.h"
#include "beam/runners/dataflow/dataflow_result.h"
#include "beam/runners/dataflow/dataflow_staging.h"
#include "beam/runners/job/dump_pipeline.h"
#include "beam/runners/job/staged_artifacts.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;

namespace {

// A run that is not followed.
class DetachedResult final : public PipelineResult {
 public:
  PipelineState state() const override { return PipelineState::kDetached; }
  PipelineState WaitUntilFinish(std::chrono::milliseconds) override { return PipelineState::kDetached; }
  void Cancel() override {}
  std::string error() const override { return ""; }
  MetricResults metrics() const override { return {}; }
};

// All that a job is made of.
struct Submission {
  DataflowOptions options;
  DataflowJobIdentity identity;
  proto::Pipeline pipeline;
  std::string pipeline_bytes;
  StagedPipeline staged;
  std::string json;
};

// What another job of the same second does not have.
std::string UniqueSuffix() {
  constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::string text;
  for (int i = 0; i < 8; ++i) text += kLetters[random() % (sizeof kLetters - 1)];
  return text;
}

Submission Prepare(const Graph& graph, const DataflowRunnerOptions& options) {
  Submission submission;
  submission.options = options.job;
  CompleteDataflowOptions(submission.options, options.program, UniqueSuffix());
  const DataflowOptions& job = submission.options;
  submission.identity = NewJobIdentity(job.job_name);

  EnvironmentProto environment = DockerEnvironment(job.container_image);
  AddArtifacts(options.sdk_location, options.files_to_stage, environment);
  submission.pipeline = ToProto(graph, environment, options.hints);
  submission.staged.files = StageArtifacts(job.staging_location, submission.pipeline);
  if (!options.dump_pipeline.empty()) DumpPipeline(submission.pipeline, options.dump_pipeline);
  CheckPipeline(submission.pipeline);

  submission.pipeline_bytes = SerializedPipeline(submission.pipeline);
  Sha256 digest;
  digest.Update(submission.pipeline_bytes);
  submission.staged.sha256 = digest.HexDigest();
  submission.staged.url = Below(job.staging_location, submission.identity.folder + "/pipeline.pb");
  submission.json = DataflowJobJson(submission.pipeline, submission.staged, job, submission.identity);
  return submission;
}

// Copies a file of this machine. The name of the object carries its digest: one of its size is this one.
void Upload(const StagedFile& file) {
  const std::shared_ptr<FileSystem> bucket = FileSystemFor(file.url);
  const std::unique_ptr<ByteSource> source = FileSystemFor(file.path)->OpenRead(file.path);
  const std::optional<FileStatus> there = bucket->Status(file.url);
  if (there && there->metadata.size_in_bytes == source->Size()) {
    LogInfo("unchanged: " + file.url);
    return;
  }
  LogInfo("sending " + file.path + " to " + file.url);
  const std::unique_ptr<ByteSink> sink = bucket->OpenWrite(file.url);
  Sha256 digest;
  std::string block(std::size_t{1} << 20U, '\0');
  for (std::size_t size = 0; (size = source->Read(block.data(), block.size())) != 0;) {
    digest.Update({block.data(), size});
    sink->Write(block.data(), size);
  }
  // Workers would refuse it, hours later.
  if (digest.HexDigest() != file.sha256) throw Error("'" + file.path + "' was changed while it was sent: start again");
  sink->Finish();
}

std::map<std::string, std::string> StepNames(const proto::Pipeline& pipeline) {
  std::map<std::string, std::string> names;
  for (const auto& [id, transform] : pipeline.components().transforms()) names.emplace(id, transform.unique_name());
  return names;
}

}  // namespace

DataflowRun RunDataflow(const Pipeline& pipeline, const DataflowRunnerOptions& options) {
  const Submission submission = Prepare(*pipeline.shared_graph(), options);
  if (!options.job_file.empty()) WriteFile(options.job_file, submission.json);
  if (options.dry_run) {
    LogInfo("nothing was sent (--dry_run); "
            + (options.job_file.empty() ? "--dataflow_job_file FILE writes the request"
                                        : "the request is in " + options.job_file));
    return {std::make_unique<DetachedResult>()};
  }
  const DataflowOptions& job = submission.options;
  DataflowPlace place{.project = job.project, .region = job.region};
  if (!options.endpoint.empty()) place.endpoint = options.endpoint;
  auto client = std::make_unique<DataflowClient>(place, GoogleCredentials::Find(options.credentials));

  for (const StagedFile& file : submission.staged.files) Upload(file);
  WriteFile(submission.staged.url, submission.pipeline_bytes);
  if (!options.template_location.empty()) {
    WriteFile(options.template_location, submission.json);
    LogInfo("made the template " + options.template_location + "; \"gcloud dataflow jobs run\" runs it");
    return {std::make_unique<DetachedResult>()};
  }
  const DataflowJob created = client->Create(
      {.name = job.job_name, .client_request_id = submission.identity.client_request_id, .json = submission.json});
  const std::string page = client->ConsoleUrl(created.id);
  LogInfo("job " + created.id + ": " + page);
  LogInfo("its log: " + client->LogsUrl(created.id));
  if (!options.wait) return {std::make_unique<DetachedResult>(), page};
  return {FollowDataflowJob(std::move(client), created.id,
                            [names = StepNames(submission.pipeline)](const std::string& transform) {
                              const auto found = names.find(transform);
                              return found == names.end() ? transform : found->second;
                            }),
          page};
}

}  // namespace beam
