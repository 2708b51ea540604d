#include "beam/harness/artifact_fetch.h"

#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <org/apache/beam/model/job_management/v1/beam_artifact_api.grpc.pb.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

#include "beam/base/error.h"
#include "beam/portable/sha256.h"

namespace beam {
namespace {

namespace jobs = org::apache::beam::model::job_management::v1;
namespace model = org::apache::beam::model::pipeline::v1;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// An engine that keeps files by the path of their payload.
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

  void Put(const std::string& path, const std::string& contents) {
    const std::lock_guard lock(mutex_);
    files_[path] = contents;
  }
  void Clear() {
    const std::lock_guard lock(mutex_);
    files_.clear();
  }

  std::string endpoint;
  std::atomic<int> fetched = 0;

 private:
  static bool IsWorker(const grpc::ServerContext& context) {
    const auto found = context.client_metadata().find("worker_id");
    return found != context.client_metadata().end() && found->second == "worker-1";
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
    if (!files_.contains(file.path())) return {grpc::NOT_FOUND, "no such artifact"};
    ++fetched;
    const std::string& contents = files_[file.path()];
    for (std::size_t at = 0; at < contents.size(); at += 1000) {
      jobs::GetArtifactResponse response;
      response.set_data(contents.substr(at, 1000));
      writer->Write(response);
    }
    return grpc::Status::OK;
  }

  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  std::unique_ptr<grpc::Server> server_;
};

class ArtifactFetchTest : public testing::Test {
 protected:
  ArtifactFetchTest() : folder_(testing::TempDir() + "artifact_fetch_test_" + std::to_string(getpid()) + "/deeper") {}
  ~ArtifactFetchTest() override { std::filesystem::remove_all(std::filesystem::path(folder_).parent_path()); }

  void Add(const std::string& path, const std::string& contents, const std::string& staged_name) {
    Sha256 digest;
    digest.Update(contents);
    model::ArtifactFilePayload file;
    file.set_path(path);
    file.set_sha256(digest.HexDigest());
    model::ArtifactStagingToRolePayload role;
    role.set_staged_name(staged_name);
    model::ArtifactInformation& artifact = *artifacts_.Add();
    artifact.set_type_urn("beam:artifact:type:file:v1");
    artifact.set_type_payload(file.SerializeAsString());
    artifact.set_role_urn("beam:artifact:role:staging_to:v1");
    artifact.set_role_payload(role.SerializeAsString());
    server_.Put(path, contents);
  }

  std::vector<std::string> Fetch() { return FetchArtifacts(server_.endpoint, "worker-1", artifacts_, folder_); }

  std::string WhyNot() {
    try {
      Fetch();
      return "it was fetched";
    } catch (const Error& error) {
      return error.what();
    }
  }

  static std::string Contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

  std::size_t FilesThere() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  const std::string folder_;
  ArtifactServer server_;
  google::protobuf::RepeatedPtrField<model::ArtifactInformation> artifacts_;
};

TEST_F(ArtifactFetchTest, PutsFilesWhereTheyWereStagedTo) {
  EXPECT_THAT(Fetch(), ElementsAre());
  Add("a", std::string(12'345, 'a'), "program");
  Add("b", "", "empty");
  EXPECT_THAT(Fetch(), ElementsAre(folder_ + "/program", folder_ + "/empty"));
  EXPECT_EQ(Contents(folder_ + "/program"), std::string(12'345, 'a'));
  EXPECT_EQ(Contents(folder_ + "/empty"), "");
  EXPECT_EQ(FilesThere(), 2U);
}

TEST_F(ArtifactFetchTest, FetchesOnlyWhatIsNotThere) {
  Add("a", "text", "program");
  Fetch();
  Fetch();
  EXPECT_EQ(server_.fetched, 1);
  std::ofstream(folder_ + "/program") << "of another build";
  Fetch();
  EXPECT_EQ(server_.fetched, 2);
  EXPECT_EQ(Contents(folder_ + "/program"), "text");
}

TEST_F(ArtifactFetchTest, WhatDoesNotArriveWholeLeavesNothing) {
  Add("a", "text", "program");
  server_.Put("a", "test");
  EXPECT_THAT(WhyNot(), HasSubstr("sent for " + folder_ + "/program is damaged: its SHA-256 is "));
  EXPECT_EQ(FilesThere(), 0U);
  server_.Clear();
  EXPECT_EQ(WhyNot(), "cannot fetch " + folder_ + "/program from " + server_.endpoint + ": no such artifact");
  EXPECT_EQ(FilesThere(), 0U);
}

TEST_F(ArtifactFetchTest, NamesMayNotLeadOutOfTheFolder) {
  for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("../x"),
                                  std::string("/x"), std::string("a\0b", 3)}) {
    artifacts_.Clear();
    Add("a", "text", name);
    EXPECT_THAT(WhyNot(), StartsWith("an artifact is to be called '")) << name;
  }
  artifacts_[0].set_role_urn("beam:artifact:role:other:v1");
  EXPECT_EQ(WhyNot(), "an artifact has the role 'beam:artifact:role:other:v1', which this worker does not know");
}

}  // namespace
}  // namespace beam
