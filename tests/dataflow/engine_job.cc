#include "tests/dataflow/engine_job.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/client_context.h>
#include <org/apache/beam/model/job_management/v1/beam_job_api.grpc.pb.h>
#include <org/apache/beam/model/pipeline/v1/endpoints.pb.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "beam/portable/channel.h"
#include "beam/runners/job/artifact_staging.h"
#include "beam/runners/job/job_metrics.h"

namespace beam::testing_dataflow {
namespace {

namespace proto = org::apache::beam::model::pipeline::v1;
namespace jobs = org::apache::beam::model::job_management::v1;

void Require(const grpc::Status& status, const char* what) {
  if (!status.ok()) throw std::runtime_error(std::string("the engine does not ") + what + ": " + TextOf(status));
}

// The staged objects as files of `folder`, and containers as processes.
proto::Pipeline ForEngine(proto::Pipeline pipeline, GcsStandIn& storage, const testing_files::TestFolder& folder,
                          const std::string& boot) {
  for (auto& [id, environment] : *pipeline.mutable_components()->mutable_environments()) {
    proto::ProcessPayload process;
    process.set_command(boot);
    environment.set_urn("beam:env:process:v1");
    environment.set_payload(process.SerializeAsString());
    for (proto::ArtifactInformation& artifact : *environment.mutable_dependencies()) {
      proto::ArtifactUrlPayload url;
      url.ParseFromString(artifact.type_payload());
      const std::string path = url.url().substr(std::string_view("gs://").size());
      folder.File(path, storage.Get(path).value_or(""));
      proto::ArtifactFilePayload file;
      file.set_path(folder / path);
      file.set_sha256(url.sha256());
      artifact.set_type_urn("beam:artifact:type:file:v1");
      artifact.set_type_payload(file.SerializeAsString());
    }
  }
  return pipeline;
}

Json OptionsFor(const Engine& engine, const Json& given) {
  if (!engine.is_java) return given;
  Json options;
  for (const auto& [name, value] : given.at("options").items()) {
    // Dataflow's runner is none of that server's.
    if (name != "runner") options["beam:option:" + name + ":v1"] = value;
  }
  return options;
}

Json MetricJson(const MetricResult& metric) {
  Json json = {{"name",
                {{"origin", "user"},
                 {"name", metric.metric.name},
                 {"context", {{"step", metric.step}, {"namespace", metric.metric.name_space}}}}}};
  switch (metric.metric.kind) {
    case MetricKind::kCounter: json["scalar"] = metric.value.sum; break;
    case MetricKind::kGauge: json["gauge"] = {{"value", std::to_string(metric.value.latest)}}; break;
    case MetricKind::kDistribution:
      json["distribution"] = {{"count", metric.value.count},
                              {"sum", metric.value.sum},
                              {"min", metric.value.min},
                              {"max", metric.value.max}};
      break;
  }
  return json;
}

class EngineJob final : public StandInJob {
 public:
  EngineJob(const StandInRequest& request, GcsStandIn& storage, const WorkerImage& image, const Engine& engine)
      : image_(image), stub_(jobs::JobService::NewStub(OpenChannel(engine.endpoint))) {
    jobs::PrepareJobRequest prepare;
    prepare.set_job_name(request.job.at("name"));
    *prepare.mutable_pipeline() = ForEngine(request.pipeline, storage, staged_, image.boot());
    const Json options = OptionsFor(engine, request.job.at("environment").at("sdkPipelineOptions"));
    if (!google::protobuf::util::JsonStringToMessage(options.dump(), prepare.mutable_pipeline_options()).ok()) {
      throw std::runtime_error("sdkPipelineOptions is no struct");
    }
    jobs::PrepareJobResponse prepared;
    grpc::ClientContext preparing;
    Require(stub_->Prepare(&preparing, prepare, &prepared), "prepare the job");
    StageArtifacts(prepared.artifact_staging_endpoint().url(), prepared.staging_session_token(), prepare.pipeline(),
                   std::chrono::seconds(60));
    jobs::RunJobRequest run;
    run.set_preparation_id(prepared.preparation_id());
    run.set_retrieval_token(prepared.staging_session_token());
    jobs::RunJobResponse running;
    grpc::ClientContext starting;
    Require(stub_->Run(&starting, run, &running), "run the job");
    id_ = running.job_id();
  }

  ~EngineJob() override { Cancel(); }

  std::string State() override {
    // An engine may wait for ever for a worker that has ended.
    if (!image_.Trouble().empty()) return "JOB_STATE_FAILED";
    jobs::GetJobStateRequest request;
    request.set_job_id(id_);
    jobs::JobStateEvent state;
    grpc::ClientContext context;
    Require(stub_->GetState(&context, request, &state), "tell the state");
    switch (state.state()) {
      case jobs::JobState::DONE: return "JOB_STATE_DONE";
      case jobs::JobState::FAILED: return "JOB_STATE_FAILED";
      case jobs::JobState::CANCELLED: return "JOB_STATE_CANCELLED";
      default: return "JOB_STATE_RUNNING";
    }
  }

  std::vector<StandInMessage> Messages() override {
    const std::string trouble = image_.Trouble();
    if (trouble.empty()) return {};
    return {{"1", "2026-01-01T00:00:00Z", "JOB_MESSAGE_ERROR", "Error message from worker: " + trouble}};
  }

  Json Metrics() override {
    jobs::GetJobMetricsRequest request;
    request.set_job_id(id_);
    jobs::GetJobMetricsResponse response;
    grpc::ClientContext context;
    Require(stub_->GetJobMetrics(&context, request, &response), "tell the metrics");
    Json metrics = Json::array();
    const MetricResults results = MetricsOf(response.metrics(), [](const std::string& step) { return step; });
    for (const MetricResult& metric : results.all()) metrics.push_back(MetricJson(metric));
    return metrics;
  }

  void Cancel() override {
    jobs::CancelJobRequest request;
    request.set_job_id(id_);
    jobs::CancelJobResponse response;
    grpc::ClientContext context;
    static_cast<void>(stub_->Cancel(&context, request, &response));
  }

 private:
  const WorkerImage& image_;
  testing_files::TestFolder staged_;
  std::unique_ptr<jobs::JobService::Stub> stub_;
  std::string id_;
};

}  // namespace

WorkerImage::WorkerImage(const std::string& program) {
  folder_.Link("boot", program);
  folder_.File("environment");
  // As a container is started, in a folder of its own; what it says last is kept if it fails.
  folder_.File("start",
               "#!/bin/sh\n"
               "cd '" + folder_.path() + "'\n"
               ". ./environment\n"
"./boot --semi_persist_dir='" + folder_.path() + "persistent' \"$@\" 2>worker.$$ && exit\n"
               "code=$?\n"
               "[ $code = 143 ] || [ $code = 137 ] || mv worker.$$ failed.$$\n"
               "exit $code\n");
  std::filesystem::permissions(folder_ / "start", std::filesystem::perms::owner_all);
}

void WorkerImage::Set(const std::string& name, const std::string& value) const {
  std::ofstream(folder_ / "environment", std::ios::app) << "export " << name << "='" << value << "'\n";
}

std::string WorkerImage::Trouble() const {
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    if (!entry.path().filename().string().starts_with("failed.")) continue;
    std::ifstream file(entry.path());
    return {std::istreambuf_iterator<char>(file), {}};
  }
  return "";
}

std::unique_ptr<StandInJob> RunOnEngine(const StandInRequest& request, GcsStandIn& storage, const WorkerImage& image,
                                        const Engine& engine) {
  return std::make_unique<EngineJob>(request, storage, image, engine);
}

}  // namespace beam::testing_dataflow
