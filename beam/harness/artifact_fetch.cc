#include "beam/harness/artifact_fetch.h"

#include <fcntl.h>
#include <grpcpp/client_context.h>
#include <org/apache/beam/model/job_management/v1/beam_artifact_api.grpc.pb.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/base/retry_pauses.h"
#include "beam/portable/artifact.h"
#include "beam/portable/call_watch.h"
#include "beam/portable/channel.h"
#include "beam/portable/sha256.h"

namespace beam {
namespace {

namespace jobs = org::apache::beam::model::job_management::v1;
namespace model = org::apache::beam::model::pipeline::v1;

// An engine that says nothing for so long has forgotten the worker.
constexpr std::chrono::seconds kTimeout{60};

// As Beam's other boot programs do it: three times more.
constexpr int kAttempts = 4;
constexpr RetryPauses kPauses{std::chrono::milliseconds(250), std::chrono::milliseconds(5'000)};

// A file that is removed unless it is kept under its name. Workers in several containers may fetch into one folder at
// once, so its name until then is nobody else's.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)), part_(path_ + ".part.XXXXXX") {
    fd_ = mkostemp(part_.data(), O_CLOEXEC);
    if (fd_ < 0) Fail();
  }
  ~NewFile() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(part_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) Fail();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  // It is closed before it appears: a program that somebody still has open for writing cannot be started.
  void Keep() {
    const int fd = std::exchange(fd_, -1);
    if (close(fd) != 0 || std::rename(part_.c_str(), path_.c_str()) != 0) {
      const int error = errno;
      unlink(part_.c_str());
      errno = error;
      Fail();
    }
  }

 private:
  [[noreturn]] void Fail() const { throw Error("cannot write " + path_ + ": " + std::strerror(errno)); }

  const std::string path_;
  std::string part_;
  int fd_;  // -1: it is kept
};

class Fetcher {
 public:
  Fetcher(const std::string& endpoint, const std::string& worker_id)
      : endpoint_(endpoint),
        worker_id_(worker_id),
        stub_(jobs::ArtifactRetrievalService::NewStub(OpenChannel(endpoint))) {}

  // Engines may have their own way to say where an artifact is.
  google::protobuf::RepeatedPtrField<model::ArtifactInformation> Resolve(
      const google::protobuf::RepeatedPtrField<model::ArtifactInformation>& artifacts) {
    jobs::ResolveArtifactsRequest request;
    *request.mutable_artifacts() = artifacts;
    jobs::ResolveArtifactsResponse response;
    grpc::ClientContext context;
    context.AddMetadata("worker_id", worker_id_);
    const CallWatch watch(context, kTimeout, HeedCancel::kYes);
    const grpc::Status status = stub_->ResolveArtifacts(&context, request, &response);
    if (!status.ok()) throw Error("cannot ask " + endpoint_ + " for the pipeline's files: " + TextOf(status));
    return response.replacements();
  }

  void Fetch(const model::ArtifactInformation& artifact, const std::string& path) {
    for (int attempt = 1;; ++attempt) {
      const std::string trouble = TryToFetch(artifact, path);
      if (trouble.empty()) return;
      if (attempt == kAttempts) throw Error(trouble);
      LogWarning(trouble + "; it is fetched again");
      PauseUnlessCancelled(kPauses.After(attempt));
    }
  }

 private:
  // What went wrong on the way; nothing if all is well. Throws Error where the file cannot be written, or is unknown
  // there.
  std::string TryToFetch(const model::ArtifactInformation& artifact, const std::string& path) {
    NewFile file(path);
    Sha256 digest;
    jobs::GetArtifactRequest request;
    *request.mutable_artifact() = artifact;
    grpc::ClientContext context;
    context.AddMetadata("worker_id", worker_id_);
    CallWatch watch(context, kTimeout, HeedCancel::kYes);
    const auto stream = stub_->GetArtifact(&context, request);
    jobs::GetArtifactResponse response;
    try {
      while (stream->Read(&response)) {
        watch.Heard();
        digest.Update(response.data());
        file.Write(response.data());
      }
    } catch (const Error&) {
      context.TryCancel();
      stream->Finish();
      throw;
    }
    const grpc::Status status = stream->Finish();
    if (!status.ok()) {
      const std::string trouble = "cannot fetch " + path + " from " + endpoint_ + ": " + TextOf(status);
      // What an engine does not have it will not have the next time.
      if (status.error_code() == grpc::NOT_FOUND) throw Error(trouble);
      return trouble;
    }
    const std::string expected = DigestOf(artifact);
    if (const std::string found = digest.HexDigest(); !expected.empty() && found != expected) {
      return "what " + endpoint_ + " sent for " + path + " is damaged: its SHA-256 is " + found + " and not "
          + expected;
    }
    file.Keep();
    return {};
  }

  const std::string endpoint_;
  const std::string worker_id_;
  const std::unique_ptr<jobs::ArtifactRetrievalService::Stub> stub_;
};

bool IsThere(const std::string& path, const std::string& digest) {
  return !digest.empty() && access(path.c_str(), R_OK) == 0 && Sha256OfFile(path) == digest;
}

}  // namespace

std::vector<std::string> FetchArtifacts(const std::string& endpoint, const std::string& worker_id,
                                        const google::protobuf::RepeatedPtrField<model::ArtifactInformation>& artifacts,
                                        const std::string& folder) {
  if (artifacts.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error("cannot make the folder " + folder + ": " + error.message());
  Fetcher fetcher(endpoint, worker_id);
  std::vector<std::string> paths;
  std::map<std::string, std::string> digests;  // by path
  for (const model::ArtifactInformation& artifact : fetcher.Resolve(artifacts)) {
    paths.push_back(folder + "/" + StagedName(artifact));
    const std::string digest = DigestOf(artifact);
    const auto [former, is_new] = digests.emplace(paths.back(), digest);
    if (!is_new && (digest.empty() || digest != former->second)) {
      throw Error("two files of the pipeline are to be called '" + StagedName(artifact) + "'");
    }
    if (!IsThere(paths.back(), digest)) fetcher.Fetch(artifact, paths.back());
  }
  return paths;
}

}  // namespace beam
