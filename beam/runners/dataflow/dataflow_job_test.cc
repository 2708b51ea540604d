// The request that creates a job, field by field. That it fits Google's published description, and agrees with what
// Beam's other SDKs send, is checked in tests/dataflow/request_test.py.
#include "beam/runners/dataflow/dataflow_job.h"

#include <gtest/gtest.h>
#include <org/apache/beam/model/pipeline/v1/endpoints.pb.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "beam/base/error.h"
#include "beam/portable/artifact.h"
#include "beam/portable/environment.h"
#include "beam/portable/pipeline_proto.h"
#include "beam/runners/dataflow/test_dataflow_options.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"
#include "beam/transforms/sum.h"

namespace dataflow_job_test {

using namespace beam;  // NOLINT(google-build-using-namespace)

namespace proto = org::apache::beam::model::pipeline::v1;
using nlohmann::json;
using testing_dataflow::GoodOptions;
using testing_dataflow::kImage;

proto::Pipeline MakePipeline() {
  Pipeline pipeline;
  pipeline
      | Create("Numbers", {1, 2, 3})
      | Map("Double", [](int n) { return 2 * n; }).WithResourceHints({.cpu_count = 4})
      | Sum("Sum");
  EnvironmentProto environment = DockerEnvironment(kImage);
  *environment.add_dependencies() = FileArtifact("/opt/klay-beam", "worker", "ab12");
  *environment.add_dependencies() = FileArtifact("/data/model.onnx", "model.onnx", "cd34");
  return ToProto(*pipeline.shared_graph(), environment);
}

json JobOf(const DataflowOptions& options) {
  proto::Pipeline pipeline = MakePipeline();
  StagedPipeline staged;
  staged.files = StageArtifacts(options.staging_location, pipeline);
  staged.url = "gs://bucket/stage/resample-1.17.5/pipeline.pb";
  staged.sha256 = "ef56";
  return json::parse(
      DataflowJobJson(pipeline, staged, options, {.folder = "resample-1.17.5", .client_request_id = "id-1"}));
}

// The field at a JSON pointer as text; "absent" if there is none.
std::string At(const json& job, const std::string& pointer) {
  const json::json_pointer at(pointer);
  return job.contains(at) ? job.at(at).dump() : "absent";
}

TEST(DataflowJob, HasWhatEveryJobHas) {
  const json job = JobOf(GoodOptions());
  const std::pair<const char*, const char*> cases[] = {
      {"/name", R"("resample-1")"},
      {"/projectId", R"("my-project")"},
      {"/location", R"("europe-west4")"},
      {"/type", R"("JOB_TYPE_BATCH")"},
      {"/clientRequestId", R"("id-1")"},
      {"/steps", "absent"},
      {"/environment/version", R"({"job_type":"FNAPI_BATCH","major":"8"})"},
      {"/environment/tempStoragePrefix", R"("storage.googleapis.com/bucket/temp/resample-1.17.5")"},
      {"/environment/experiments",
       R"(["use_runner_v2","beam_fn_api","use_unified_worker","use_portable_job_submission"])"},
      {"/environment/sdkPipelineOptions/options/pipelineUrl", R"("gs://bucket/stage/resample-1.17.5/pipeline.pb")"},
      {"/environment/sdkPipelineOptions/options/pipelineProtoHash", R"("ef56")"},
      {"/environment/workerPools/0/kind", R"("harness")"},
      {"/environment/workerPools/1", "absent"},
      {"/environment/workerPools/0/packages",
       R"([{"location":"storage.googleapis.com/bucket/stage/ab12/worker","name":"worker","sha256":"ab12"},)"
       R"({"location":"storage.googleapis.com/bucket/stage/cd34/model.onnx","name":"model.onnx","sha256":"cd34"}])"},
      {"/environment/workerPools/0/workerHarnessContainerImage", R"("europe-docker.pkg.dev/my-project/klay/worker:1")"},
      {"/environment/workerPools/0/sdkHarnessContainerImages/0/useSingleCorePerContainer", "false"},
      {"/environment/workerPools/0/sdkHarnessContainerImages/0/containerImage",
       R"("europe-docker.pkg.dev/my-project/klay/worker:1")"},
  };
  for (const auto& [pointer, expected] : cases) EXPECT_EQ(At(job, pointer), expected) << pointer;
}

TEST(DataflowJob, SaysNothingOfWhatIsLeftToDataflow) {
  const json job = JobOf(GoodOptions());
  for (const char* const field :
       {"/labels", "/environment/serviceOptions", "/environment/serviceAccountEmail", "/environment/workerRegion",
        "/environment/workerZone", "/environment/flexResourceSchedulingGoal", "/environment/debugOptions",
        "/environment/workerPools/0/numWorkers", "/environment/workerPools/0/autoscalingSettings",
        "/environment/workerPools/0/machineType", "/environment/workerPools/0/diskSizeGb",
        "/environment/workerPools/0/ipConfiguration", "/environment/workerPools/0/numThreadsPerWorker",
        "/environment/workerPools/0/network", "/environment/workerPools/0/subnetwork"}) {
    EXPECT_EQ(At(job, field), "absent") << field;
  }
}

TEST(DataflowJob, EachOptionHasItsPlace) {
  struct Case {
    std::function<void(DataflowOptions&)> set;
    const char* pointer;
    const char* value;
  };
  using Options = DataflowOptions;
  const Case cases[] = {
      {[](Options& o) { o.labels = {{"team", "audio"}}; }, "/labels", R"({"team":"audio"})"},
      {[](Options& o) { o.service_options = {"a=b"}; }, "/environment/serviceOptions", R"(["a=b"])"},
      {[](Options& o) { o.service_options = {"enable_prime"}; }, "/environment/experiments/4", R"("enable_prime")"},
      {[](Options& o) { o.experiments = {"beam_fn_api", "x"}; }, "/environment/experiments/4", R"("x")"},
      {[](Options& o) { o.experiments = {"beam_fn_api"}; }, "/environment/experiments/4", "absent"},
      {[](Options& o) { o.experiments = {"x"}; }, "/environment/sdkPipelineOptions/options/experiments/4", R"("x")"},
      {[](Options& o) { o.min_cpu_platform = "Intel Ice Lake"; }, "/environment/experiments/4",
       R"("min_cpu_platform=Intel Ice Lake")"},
      {[](Options& o) { o.service_account_email = "w@x"; }, "/environment/serviceAccountEmail", R"("w@x")"},
      {[](Options& o) { o.kms_key = "k"; }, "/environment/serviceKmsKeyName", R"("k")"},
      {[](Options& o) { o.worker_region = "r"; }, "/environment/workerRegion", R"("r")"},
      {[](Options& o) { o.worker_zone = "z"; }, "/environment/workerZone", R"("z")"},
      {[](Options& o) { o.flexrs_goal = "COST_OPTIMIZED"; }, "/environment/flexResourceSchedulingGoal",
       R"("FLEXRS_COST_OPTIMIZED")"},
      {[](Options& o) { o.flexrs_goal = "SPEED_OPTIMIZED"; }, "/environment/flexResourceSchedulingGoal",
       R"("FLEXRS_SPEED_OPTIMIZED")"},
      {[](Options& o) { o.hot_key_logging = true; }, "/environment/debugOptions/enableHotKeyLogging", "true"},
      {[](Options& o) { o.num_workers = 3; }, "/environment/workerPools/0/numWorkers", "3"},
      {[](Options& o) { o.max_num_workers = 9; }, "/environment/workerPools/0/autoscalingSettings",
       R"({"maxNumWorkers":9})"},
      {[](Options& o) { o.autoscaling_algorithm = "NONE"; }, "/environment/workerPools/0/autoscalingSettings",
       R"({"algorithm":"AUTOSCALING_ALGORITHM_NONE"})"},
      {[](Options& o) { o.autoscaling_algorithm = "THROUGHPUT_BASED"; },
       "/environment/workerPools/0/autoscalingSettings", R"({"algorithm":"AUTOSCALING_ALGORITHM_BASIC"})"},
      {[](Options& o) { o.machine_type = "n2-standard-8"; }, "/environment/workerPools/0/machineType",
       R"("n2-standard-8")"},
      {[](Options& o) { o.disk_size_gb = 64; }, "/environment/workerPools/0/diskSizeGb", "64"},
      {[](Options& o) { o.disk_type = "pd-ssd"; }, "/environment/workerPools/0/diskType", R"("pd-ssd")"},
      {[](Options& o) { o.disk_provisioned_iops = 7; }, "/environment/workerPools/0/diskProvisionedIops", R"("7")"},
      {[](Options& o) { o.disk_provisioned_throughput_mibps = 8; },
       "/environment/workerPools/0/diskProvisionedThroughputMibps", R"("8")"},
      {[](Options& o) { o.threads_per_worker = 6; }, "/environment/workerPools/0/numThreadsPerWorker", "6"},
      {[](Options& o) { o.network = "n"; }, "/environment/workerPools/0/network", R"("n")"},
      {[](Options& o) { o.subnetwork = "s"; }, "/environment/workerPools/0/subnetwork", R"("s")"},
      {[](Options& o) { o.use_public_ips = true; }, "/environment/workerPools/0/ipConfiguration",
       R"("WORKER_IP_PUBLIC")"},
      {[](Options& o) { o.use_public_ips = false; }, "/environment/workerPools/0/ipConfiguration",
       R"("WORKER_IP_PRIVATE")"},
  };
  for (const Case& c : cases) {
    DataflowOptions options = GoodOptions();
    c.set(options);
    EXPECT_EQ(At(JobOf(options), c.pointer), c.value) << c.pointer;
  }
}

TEST(DataflowJob, OptionsOfTheProgramGoToItsWorkersAndToThePage) {
  DataflowOptions options = GoodOptions();
  options.pipeline_options = {{"flag", true},
                              {"number", std::int64_t{7}},
                              {"text",
                               std::string("\xff"
                                           "a")},
                              {"list", std::vector<std::string>{"x", "y"}}};
  const json job = JobOf(options);
  EXPECT_EQ(At(job, "/environment/sdkPipelineOptions/options/flag"), "true");
  EXPECT_EQ(At(job, "/environment/sdkPipelineOptions/options/number"), "7");
  EXPECT_EQ(At(job, "/environment/sdkPipelineOptions/options/text"),
            "\"\xef\xbf\xbd"
            "a\"");
  EXPECT_EQ(At(job, "/environment/sdkPipelineOptions/options/list"), R"(["x","y"])");
  const std::string items = At(job, "/environment/sdkPipelineOptions/display_data");
  for (const char* const item :
       {R"({"key":"flag","namespace":"beam::PipelineOptions","type":"BOOLEAN","value":true})",
        R"({"key":"number","namespace":"beam::PipelineOptions","type":"INTEGER","value":7})",
        R"({"key":"list","namespace":"beam::PipelineOptions","type":"STRING","value":"[\"x\",\"y\"]"})"}) {
    EXPECT_NE(items.find(item), std::string::npos) << item << "\n" << items;
  }
}

TEST(DataflowJob, HasAnImageForEachEnvironmentThatIsUsed) {
  const json job = JobOf(GoodOptions());
  const proto::Pipeline pipeline = MakePipeline();
  // One of the steps with hints, one of the others.
  const json& images = job.at("/environment/workerPools/0/sdkHarnessContainerImages"_json_pointer);
  ASSERT_EQ(images.size(), 2U);
  for (const json& image : images) {
    const proto::Environment& environment =
        pipeline.components().environments().at(image.at("environmentId").get<std::string>());
    EXPECT_EQ(image.at("capabilities").get<std::vector<std::string>>(),
              std::vector<std::string>(environment.capabilities().begin(), environment.capabilities().end()));
  }
}

TEST(DataflowStaging, LeadsArtifactsToTheBucket) {
  proto::Pipeline pipeline = MakePipeline();
  const std::vector<StagedFile> files = StageArtifacts("gs://bucket/stage", pipeline);
  ASSERT_EQ(files.size(), 2U);  // of two environments with the same files
  EXPECT_EQ(files[0].path, "/opt/klay-beam");
  EXPECT_EQ(files[0].url, "gs://bucket/stage/ab12/worker");
  for (const auto& [id, environment] : pipeline.components().environments()) {
    ASSERT_EQ(environment.dependencies_size(), 2) << id;
    const proto::ArtifactInformation& artifact = environment.dependencies(1);
    EXPECT_EQ(artifact.type_urn(), "beam:artifact:type:url:v1");
    EXPECT_EQ(artifact.role_urn(), "beam:artifact:role:staging_to:v1");
    proto::ArtifactUrlPayload url;
    ASSERT_TRUE(url.ParseFromString(artifact.type_payload()));
    EXPECT_EQ(url.url(), "gs://bucket/stage/cd34/model.onnx");
    EXPECT_EQ(url.sha256(), "cd34");
  }
}

TEST(DataflowStaging, RefusesWhatIsNoFile) {
  proto::Pipeline pipeline = MakePipeline();
  auto& environment = pipeline.mutable_components()->mutable_environments()->begin()->second;
  environment.mutable_dependencies(0)->set_type_urn("beam:artifact:type:deferred:v1");
  EXPECT_THROW(StageArtifacts("gs://bucket/stage", pipeline), Error);
}

TEST(DataflowJobIdentity, IsAnotherOneEachTime) {
  const DataflowJobIdentity one = NewJobIdentity("resample");
  EXPECT_TRUE(one.folder.starts_with("resample.")) << one.folder;
  EXPECT_EQ(one.client_request_id.size(), 25U) << one.client_request_id;  // 14 of the second, 6 of it, - and 4
  DataflowJobIdentity other = NewJobIdentity("resample");
  for (int i = 0; i < 3 && other.client_request_id == one.client_request_id; ++i) other = NewJobIdentity("resample");
  EXPECT_NE(other.client_request_id, one.client_request_id);
}

}  // namespace dataflow_job_test
