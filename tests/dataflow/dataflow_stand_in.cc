#include "tests/dataflow/dataflow_stand_in.h"

#include <org/apache/beam/model/pipeline/v1/endpoints.pb.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <utility>

#include "beam/portable/sha256.h"

namespace beam::testing_dataflow {
namespace {

namespace proto = org::apache::beam::model::pipeline::v1;

constexpr const char* kJobs = "/v1b3/projects/my-project/locations/europe-west4/jobs";
constexpr std::size_t kPageSize = 2;  // so that tests meet several

Reply Refusal(int status, const std::string& message) {
  return {.status = status, .body = Json{{"error", {{"code", status}, {"message", message}}}}.dump()};
}

std::string Digest(const std::string& bytes) {
  Sha256 digest;
  digest.Update(bytes);
  return digest.HexDigest();
}

std::string WithoutPrefix(const std::string& text, const std::string& prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : "not " + prefix;
}

// Of one environment that steps run in, compared with what the request says of it.
std::string Disagreement(const std::string& id, const proto::Environment& environment, const Json& pool) {
  proto::DockerPayload docker;
  if (environment.urn() != "beam:env:docker:v1" || !docker.ParseFromString(environment.payload())) {
    return "the environment " + id + " is no container";
  }
  const auto& images = pool.at("sdkHarnessContainerImages");
  const auto image =
      std::find_if(images.begin(), images.end(), [&](const Json& i) { return i.at("environmentId") == id; });
  if (image == images.end()) return "no image for the environment " + id;
  const Json capabilities(
      std::vector<std::string>(environment.capabilities().begin(), environment.capabilities().end()));
  if (image->at("containerImage") != docker.container_image()) return "another image for the environment " + id;
  if (image->at("capabilities") != capabilities) return "other capabilities of the environment " + id;
  std::set<std::pair<std::string, std::string>> packages;
  for (const Json& package : pool.value("packages", Json::array())) {
    packages.emplace("gs://" + WithoutPrefix(package.at("location"), "storage.googleapis.com/"), package.at("sha256"));
  }
  for (const proto::ArtifactInformation& artifact : environment.dependencies()) {
    proto::ArtifactUrlPayload url;
    if (artifact.type_urn() != "beam:artifact:type:url:v1" || !url.ParseFromString(artifact.type_payload())) {
      return "an artifact is no object of a bucket";
    }
    if (!packages.contains({url.url(), url.sha256()})) return url.url() + " is no package of the job";
  }
  return "";
}

}  // namespace

DataflowStandIn::DataflowStandIn(MakeJob make_job)
    : make_job_(std::move(make_job)), server_([this](const Request& request) { return Answer(request); }) {}

std::vector<std::string> DataflowStandIn::Flags(const std::string& job_name) const {
  return {"--runner=DataflowRunner",
          "--project=my-project",
          "--region=europe-west4",
          "--temp_location=gs://bucket/temp",
          "--sdk_container_image=registry/worker:1",
          "--dataflow_endpoint=" + url(),
          "--job_name=" + job_name};
}

std::set<std::pair<std::string, std::string>> DataflowStandIn::TakeAskers() {
  const std::lock_guard lock(mutex_);
  return std::exchange(askers_, {});
}

void DataflowStandIn::AnswerAs(const std::string& client_request_id) {
  const std::lock_guard lock(mutex_);
  answer_as_ = client_request_id;
}

void DataflowStandIn::LoseAnAnswer() {
  const std::lock_guard lock(mutex_);
  loses_an_answer_ = true;
}

std::vector<std::string> DataflowStandIn::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::vector<Json> DataflowStandIn::created() const {
  const std::lock_guard lock(mutex_);
  return created_;
}

Reply DataflowStandIn::Answer(const Request& request) {
  if (std::optional<Reply> reply = storage_.Answer(request, url())) return *std::move(reply);
  if (std::optional<Reply> reply = tokens_.Answer(request)) return *std::move(reply);
  const std::lock_guard lock(mutex_);
  if (!request.target.starts_with(kJobs)) return Refusal(404, "there is nothing at " + request.target);
  const std::optional<std::string> asker = tokens_.Asker(request);
  if (!asker) return Refusal(401, "Request had invalid authentication credentials.");
  askers_.emplace(*asker, request.Header("x-goog-user-project"));
  const Target target(request.target);
  try {
    if (target.parts.size() > 6) return OfJob(request, target);
    asked_.push_back(request.method + " jobs");
    if (request.method == "GET") return List(target);
    Reply reply = Create(request);
    reply.close_at_once = std::exchange(loses_an_answer_, false);
    return reply;
  } catch (const std::exception& error) {
    return Refusal(400, error.what());
  }
}

std::string DataflowStandIn::Disagreement(const Json& job, proto::Pipeline& pipeline) const {
  const Json& environment = job.at("environment");
  const Json& options = environment.at("sdkPipelineOptions").at("options");
  const auto graph = storage_.Get(WithoutPrefix(options.at("pipelineUrl"), "gs://"));
  if (!graph || !pipeline.ParseFromString(*graph)) return "there is no pipeline at pipelineUrl";
  if (options.at("pipelineProtoHash") != Digest(*graph)) return "pipelineProtoHash is another one";
  const Json& pool = environment.at("workerPools").at(0);
  for (const Json& package : pool.value("packages", Json::array())) {
    const std::string path = WithoutPrefix(package.at("location"), "storage.googleapis.com/");
    const auto bytes = storage_.Get(path);
    if (!bytes || package.at("sha256") != Digest(*bytes)) return path + " is not what was staged";
    if (storage_.ContentType(path) != "application/octet-stream") return path + " has another content type";
  }
  for (const auto& [transform_id, transform] : pipeline.components().transforms()) {
    const std::string& id = transform.environment_id();
    if (id.empty()) continue;
    const auto found = pipeline.components().environments().find(id);
    if (found == pipeline.components().environments().end()) return "there is no environment " + id;
    if (std::string why = testing_dataflow::Disagreement(id, found->second, pool); !why.empty()) return why;
  }
  return "";
}

Reply DataflowStandIn::Create(const Request& request) {
  const Json job = Json::parse(request.body);
  const std::string client_request_id = job.at("clientRequestId");
  const std::string name = job.at("name");
  for (const auto& [id, made] : jobs_) {
    if (made.name == name && !made.ended) {
      return Refusal(
          409, "(1a2b3c): The workflow could not be created. Causes: There is already an active job named " + name);
    }
  }
  StandInRequest agreed{.job = job, .pipeline = {}};
  if (const std::string why = Disagreement(job, agreed.pipeline); !why.empty()) return Refusal(400, why);
  created_.push_back(job);
  const std::string id = "2026-01-01_00_00_00-" + std::to_string(jobs_.size() + 1);
  jobs_[id] = {
      .name = name, .client_request_id = client_request_id, .job = make_job_(agreed, storage_), .ended = false};
  return {.body = Json{{"id", id}, {"clientRequestId", answer_as_.empty() ? client_request_id : answer_as_}}.dump()};
}

Reply DataflowStandIn::List(const Target& target) const {
  Json jobs = Json::array();
  for (const auto& [id, made] : jobs_) {
    if (target.Query("filter") != "ACTIVE" || made.ended || made.name != target.Query("name")) continue;
    jobs.push_back({{"id", id}, {"name", made.name}});
  }
  return {.body = Json{{"jobs", jobs}}.dump()};
}

Reply DataflowStandIn::OfJob(const Request& request, const Target& target) {
  const auto found = jobs_.find(target.parts.at(6));
  if (found == jobs_.end()) return Refusal(404, "no such job");
  Made& made = found->second;
  if (target.parts.size() > 7) {
    asked_.push_back(request.method + " " + target.parts[7]);
    if (target.parts[7] == "messages") return Messages(*made.job, target);
    return {.body = Json{{"metrics", made.job->Metrics()}}.dump()};
  }
  asked_.push_back(request.method + " job" + (request.body.empty() ? "" : " " + request.body));
  if (request.method == "PUT") made.job->Cancel();
  const std::string state = made.job->State();
  static const std::set<std::string> kEnds = {"JOB_STATE_DONE", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED"};
  made.ended = kEnds.contains(state);
  return {.body =
              Json{{"id", found->first}, {"clientRequestId", made.client_request_id}, {"currentState", state}}.dump()};
}

Reply DataflowStandIn::Messages(StandInJob& job, const Target& target) {
  const std::string from = target.Query("startTime");
  std::vector<StandInMessage> all = job.Messages();
  std::erase_if(all, [&](const StandInMessage& message) { return message.time < from; });
  const std::string token = target.Query("pageToken");
  const std::size_t begin = token.empty() ? 0 : std::stoul(token);
  const std::size_t end = std::min(begin + kPageSize, all.size());
  Json page = {{"jobMessages", Json::array()}, {"autoscalingEvents", Json::array()}};
  for (std::size_t i = begin; i < end; ++i) {
    const StandInMessage& message = all[i];
    if (message.importance == "autoscaling") {
      page["autoscalingEvents"].push_back({{"time", message.time},
                                           {"currentNumWorkers", message.id},
                                           {"description", {{"messageText", message.text}}}});
    } else {
      page["jobMessages"].push_back({{"id", message.id},
                                     {"time", message.time},
                                     {"messageImportance", message.importance},
                                     {"messageText", message.text}});
    }
  }
  if (end < all.size()) page["nextPageToken"] = std::to_string(end);
  return {.body = page.dump()};
}

}  // namespace beam::testing_dataflow
