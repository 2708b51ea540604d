// The artifact service of an engine, for tests of workers.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <org/apache/beam/model/job_management/v1/beam_artifact_api.grpc.pb.h>

#include <atomic>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "beam/portable/artifact.h"
#include "beam/portable/sha256.h"

namespace beam::testing_portable {

namespace jobs = org::apache::beam::model::job_management::v1;
namespace model = org::apache::beam::model::pipeline::v1;

// What happens to one answer: it is refused, breaks off in the middle, or is not what was asked for.
enum class Trouble { kRefused, kCut, kDamaged };

// Keeps files by the path of their payload, for the worker "worker-1" and its siblings. Thread-safe.
class ArtifactServer final : public jobs::ArtifactRetrievalService::Service {
 public:
  ArtifactServer() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    endpoint = "127.0.0.1:" + std::to_string(port);
  }

  // As an artifact of a pipeline, too.
  void Add(const std::string& path, const std::string& contents, const std::string& staged_name,
           google::protobuf::RepeatedPtrField<model::ArtifactInformation>& artifacts) {
    Sha256 digest;
    digest.Update(contents);
    *artifacts.Add() = FileArtifact(path, staged_name, digest.HexDigest());
    Put(path, contents);
  }
  void Put(const std::string& path, const std::string& contents) {
    const std::lock_guard lock(mutex_);
    files_[path] = contents;
  }
  void Clear() {
    const std::lock_guard lock(mutex_);
    files_.clear();
  }
  // Of the next answers, one each.
  void SetTroubles(std::deque<Trouble> troubles) {
    const std::lock_guard lock(mutex_);
    troubles_ = std::move(troubles);
  }

  std::string endpoint;
  std::atomic<int> fetched = 0;

 private:
  static bool IsWorker(const grpc::ServerContext& context) {
    const auto found = context.client_metadata().find("worker_id");
    return found != context.client_metadata().end() && found->second.starts_with("worker-1");
  }

  grpc::Status ResolveArtifacts(grpc::ServerContext* context, const jobs::ResolveArtifactsRequest* request,
                                jobs::ResolveArtifactsResponse* response) override {
    if (!IsWorker(*context)) return {grpc::UNKNOWN, "no worker_id"};
    *response->mutable_replacements() = request->artifacts();
    return grpc::Status::OK;
  }

  grpc::Status GetArtifact(grpc::ServerContext* context, const jobs::GetArtifactRequest* request,
                           grpc::ServerWriter<jobs::GetArtifactResponse>* writer) override {
    if (!IsWorker(*context)) return {grpc::UNKNOWN, "no worker_id"};
    model::ArtifactFilePayload file;
    file.ParseFromString(request->artifact().type_payload());
    const std::lock_guard lock(mutex_);
    ++fetched;
    if (!files_.contains(file.path())) return {grpc::NOT_FOUND, "no such artifact"};
    std::string contents = files_[file.path()];
    std::optional<Trouble> trouble;
    if (!troubles_.empty()) {
      trouble = troubles_.front();
      troubles_.pop_front();
    }
    if (trouble == Trouble::kRefused) return {grpc::UNAVAILABLE, "not now"};
    if (trouble == Trouble::kCut) contents.resize(contents.size() / 2);
    if (trouble == Trouble::kDamaged) contents.front() ^= 1;
    for (std::size_t at = 0; at < contents.size(); at += 1000) {
      jobs::GetArtifactResponse response;
      response.set_data(contents.substr(at, 1000));
      writer->Write(response);
    }
    if (trouble == Trouble::kCut) return {grpc::UNAVAILABLE, "gone"};
    return grpc::Status::OK;
  }

  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  std::deque<Trouble> troubles_;
  std::unique_ptr<grpc::Server> server_;
};

inline std::string Contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace beam::testing_portable
