// Fuzzes what a worker takes from its engine before the first bundle: options of the pipeline of any shape, a list of
// files that was changed, an answer of where they are that was changed as well, and files that come damaged, break off,
// or are not there. Whatever comes, the worker takes it or says with an Error why not; files lie where they were staged
// to, whole and with the digest they should have, or not at all.
//
// An input is the options as JSON and, behind a zero byte, a script of all that is changed.
#include "beam/harness/provision.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <org/apache/beam/model/fn_execution/v1/beam_provision_api.grpc.pb.h>
#include <org/apache/beam/model/job_management/v1/beam_artifact_api.grpc.pb.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/harness/artifact_fetch.h"
#include "beam/harness/worker_options.h"
#include "beam/io/hdfs_file_system.h"
#include "beam/portable/artifact.h"
#include "beam/portable/channel.h"
#include "beam/portable/sha256.h"
#include "fuzz/change_message.h"
#include "fuzz/check.h"

namespace provision_fuzzer {

namespace fn = org::apache::beam::model::fn_execution::v1;
namespace jobs = org::apache::beam::model::job_management::v1;
namespace model = org::apache::beam::model::pipeline::v1;
using beam::fuzzing::ChangeMessage;
using beam::fuzzing::ChangePayload;
using beam::fuzzing::Check;
using beam::fuzzing::Script;
using Artifacts = google::protobuf::RepeatedPtrField<model::ArtifactInformation>;

// What the engine has, by path or URL.
const std::map<std::string, std::string>& Files() {
  static const std::map<std::string, std::string> files = {
      {"/there/model.onnx", "a model"}, {"/there/empty", ""}, {"http://there/labels.txt", "cat dog"}};
  return files;
}

std::string DigestOfText(std::string_view text) {
  beam::Sha256 digest;
  digest.Update(text);
  return digest.HexDigest();
}

template <class Payload>
model::ArtifactInformation Artifact(const std::string& urn, const Payload& payload, const std::string& name) {
  model::ArtifactStagingToRolePayload role;
  role.set_staged_name(name);
  model::ArtifactInformation artifact;
  artifact.set_type_urn(urn);
  artifact.set_type_payload(payload.SerializeAsString());
  artifact.set_role_urn("beam:artifact:role:staging_to:v1");
  artifact.set_role_payload(role.SerializeAsString());
  return artifact;
}

// A file with a digest, a URL with one, and a file without.
fn::ProvisionInfo Example() {
  fn::ProvisionInfo info;
  info.add_runner_capabilities("beam:protocol:control_response_elements_embedding:v1");
  info.mutable_status_endpoint()->set_url("localhost:1");
  model::ArtifactFilePayload file;
  file.set_path("/there/model.onnx");
  file.set_sha256(DigestOfText(Files().at(file.path())));
  *info.add_dependencies() = Artifact("beam:artifact:type:file:v1", file, "model.onnx");
  model::ArtifactUrlPayload url;
  url.set_url("http://there/labels.txt");
  url.set_sha256(DigestOfText(Files().at(url.url())));
  *info.add_dependencies() = Artifact("beam:artifact:type:url:v1", url, "labels.txt");
  file.set_path("/there/empty");
  file.clear_sha256();
  *info.add_dependencies() = Artifact("beam:artifact:type:file:v1", file, "empty");
  return info;
}

// One change of a message, or of what one of the artifacts that it holds has as bytes.
void Change(google::protobuf::Message& message, Artifacts& artifacts, Script& script) {
  const std::uint8_t how = script.Byte() % 4;
  if (how < 2 || artifacts.empty()) return ChangeMessage(message, script);
  model::ArtifactInformation& artifact =
      artifacts[static_cast<int>(script.Below(static_cast<std::size_t>(artifacts.size())))];
  if (how == 2) return ChangePayload<model::ArtifactStagingToRolePayload>(*artifact.mutable_role_payload(), script);
  // Both payloads have the same shape.
  ChangePayload<model::ArtifactFilePayload>(*artifact.mutable_type_payload(), script);
}

template <class Act>
bool Succeeds(const Act& act) {
  try {
    act();
    return true;
  } catch (const beam::Error& error) {
    Check(std::strlen(error.what()) > 0);
    return false;
  }
}

class Session {
 public:
  Session() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&provision_);
    builder.RegisterService(&artifacts_);
    server_ = builder.BuildAndStart();
    endpoint_.emplace(*server_);
  }

  void Play(const std::string& json, Script script) {
    fn::ProvisionInfo info = Example();
    (void)google::protobuf::util::JsonStringToMessage(json, info.mutable_pipeline_options());
    for (std::size_t changes = script.Below(8); changes > 0; --changes) {
      Change(info, *info.mutable_dependencies(), script);
    }
    jobs::ResolveArtifactsResponse resolved;
    *resolved.mutable_replacements() = info.dependencies();
    for (std::size_t changes = script.Below(8); changes > 0; --changes) {
      Change(resolved, *resolved.mutable_replacements(), script);
    }
    {
      const std::lock_guard lock(mutex_);
      info_ = info;
      resolved_ = resolved;
      script_ = script;
    }
    fn::ProvisionInfo told;
    // Texts that are no UTF-8 do not arrive.
    if (!Succeeds([&] { told = beam::AskForProvisions("worker", endpoint_->name()); })) return;
    Check(told.dependencies_size() == info.dependencies_size());
    beam::HarnessOptions options;
    beam::TakeProvisions(told, options);
    Succeeds([&] {
      const beam::WorkerOptions read = beam::ReadWorkerOptions(told.pipeline_options());
      Check(read.hdfs.port > 0 && read.hdfs.port < 65536);
      Check(!read.max_memory_bytes || *read.max_memory_bytes > 0);
      const beam::HdfsFileSystem hdfs(read.hdfs);
    });
    Fetch(told.dependencies(), resolved.replacements());
    std::filesystem::remove_all(root_);
  }

 private:
  struct ProvisionService final : fn::ProvisionService::Service {
    explicit ProvisionService(Session& session) : session(session) {}
    grpc::Status GetProvisionInfo(grpc::ServerContext*, const fn::GetProvisionInfoRequest*,
                                  fn::GetProvisionInfoResponse* response) override {
      const std::lock_guard lock(session.mutex_);
      *response->mutable_info() = session.info_;
      return grpc::Status::OK;
    }
    Session& session;
  };

  struct ArtifactService final : jobs::ArtifactRetrievalService::Service {
    explicit ArtifactService(Session& session) : session(session) {}
    grpc::Status ResolveArtifacts(grpc::ServerContext*, const jobs::ResolveArtifactsRequest*,
                                  jobs::ResolveArtifactsResponse* response) override {
      const std::lock_guard lock(session.mutex_);
      *response = session.resolved_;
      return grpc::Status::OK;
    }
    grpc::Status GetArtifact(grpc::ServerContext*, const jobs::GetArtifactRequest* request,
                             grpc::ServerWriter<jobs::GetArtifactResponse>* writer) override {
      const std::lock_guard lock(session.mutex_);
      ++session.fetched_;
      model::ArtifactFilePayload file;
      file.ParseFromString(request->artifact().type_payload());
      const auto found = Files().find(file.path());
      if (found == Files().end()) return {grpc::NOT_FOUND, "there is no such file"};
      Script& script = session.script_;
      const std::uint8_t how = script.Byte();
      const std::string contents = how % 4 == 1 ? script.Bytes() : found->second;
      const std::size_t piece = 1 + script.Below(8);
      for (std::size_t at = 0; at < contents.size(); at += piece) {
        if (how % 4 == 2 && script.Byte() % 2 == 0) return {grpc::DATA_LOSS, ""};
        jobs::GetArtifactResponse response;
        response.set_data(contents.substr(at, piece));
        writer->Write(response);
      }
      return grpc::Status::OK;
    }
    Session& session;
  };

  void Fetch(const Artifacts& asked, const Artifacts& resolved) {
    std::vector<std::string> paths;
    const auto fetch = [&] { paths = beam::FetchArtifacts(endpoint_->name(), "worker", asked, folder_); };
    const bool is_fetched = Succeeds(fetch);
    std::set<std::string> known;
    for (const model::ArtifactInformation& artifact : resolved) {
      Succeeds([&] { known.insert(beam::StagedName(artifact)); });
    }
    CheckFolder(known);
    if (!is_fetched || asked.empty()) return;
    Check(paths.size() == static_cast<std::size_t>(resolved.size()));
    int without_digest = 0;
    for (int i = 0; i < resolved.size(); ++i) {
      Check(paths[static_cast<std::size_t>(i)] == folder_ + "/" + beam::StagedName(resolved[i]));
      const std::string digest = beam::DigestOf(resolved[i]);
      if (digest.empty()) ++without_digest;
      Check(digest.empty() || beam::Sha256OfFile(paths[static_cast<std::size_t>(i)]) == digest);
    }
    // What has its digest stays.
    {
      const std::lock_guard lock(mutex_);
      script_ = Script(nullptr, 0);
      fetched_ = 0;
    }
    Check(Succeeds(fetch));
    const std::lock_guard lock(mutex_);
    Check(fetched_ == without_digest);
  }

  // There is nothing but files of these names.
  void CheckFolder(const std::set<std::string>& names) const {
    if (!std::filesystem::exists(root_)) return;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
      if (entry.path() == folder_) continue;
      Check(entry.is_regular_file() && !entry.is_symlink());
      Check(entry.path().parent_path() == folder_ && names.contains(entry.path().filename().string()));
    }
  }

  const std::string root_ = std::filesystem::temp_directory_path() / ("fuzz_provision_" + std::to_string(getpid()));
  const std::string folder_ = root_ + "/staged";
  std::mutex mutex_;
  fn::ProvisionInfo info_;
  jobs::ResolveArtifactsResponse resolved_;
  Script script_{nullptr, 0};
  int fetched_ = 0;
  ProvisionService provision_{*this};
  ArtifactService artifacts_{*this};
  std::unique_ptr<grpc::Server> server_;
  std::optional<beam::InProcessEndpoint> endpoint_;
};

}  // namespace provision_fuzzer

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static provision_fuzzer::Session& session = *new provision_fuzzer::Session;  // outlives what gRPC keeps
  const std::uint8_t* const end = data + size;
  const std::uint8_t* const zero = std::find(data, end, 0);
  const std::uint8_t* const script = zero == end ? end : zero + 1;
  session.Play(std::string(data, zero), {script, static_cast<std::size_t>(end - script)});
  return 0;
}
