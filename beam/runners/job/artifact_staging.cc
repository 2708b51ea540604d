#include "beam/runners/job/artifact_staging.h"

#include <grpcpp/client_context.h>
#include <org/apache/beam/model/job_management/v1/beam_artifact_api.grpc.pb.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/portable/call_watch.h"
#include "beam/portable/channel.h"

namespace beam {
namespace {

namespace jobs = org::apache::beam::model::job_management::v1;
namespace model = org::apache::beam::model::pipeline::v1;

using Stream = grpc::ClientReaderWriter<jobs::ArtifactResponseWrapper, jobs::ArtifactRequestWrapper>;
using ArtifactKey = std::pair<std::string, std::string>;

// As in the other SDKs; engines limit messages to a few MB.
constexpr std::size_t kChunkBytes = std::size_t{2} << 20;

ArtifactKey KeyOf(const model::ArtifactInformation& artifact) { return {artifact.type_urn(), artifact.type_payload()}; }

std::set<ArtifactKey> ArtifactsOf(const model::Pipeline& pipeline) {
  std::set<ArtifactKey> artifacts;
  for (const auto& [id, environment] : pipeline.components().environments()) {
    for (const auto& artifact : environment.dependencies()) artifacts.insert(KeyOf(artifact));
  }
  return artifacts;
}

// Sends a file in chunks, behind which an empty one ends it: Prism drops what comes with the mark of the last. Returns
// whether the engine still listens.
bool SendFile(const std::string& path, Stream& stream, CallWatch& watch) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("cannot stage " + path + ": " + std::strerror(errno));
  std::string chunk;
  bool is_last = false;
  while (!is_last) {
    chunk.resize(kChunkBytes);
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    if (file.bad()) throw Error("cannot stage " + path + ": " + std::strerror(errno));
    chunk.resize(static_cast<std::size_t>(file.gcount()));
    is_last = chunk.empty();
    jobs::ArtifactResponseWrapper response;
    response.mutable_get_artifact_response()->mutable_data()->swap(chunk);
    response.set_is_last(is_last);
    if (!stream.Write(response)) return false;
    watch.Heard();
  }
  return true;
}

bool Answer(const jobs::ArtifactRequestWrapper& request, const std::set<ArtifactKey>& ours, Stream& stream,
            CallWatch& watch) {
  if (request.has_resolve_artifact()) {
    jobs::ArtifactResponseWrapper response;
    // Ours are what they are: nothing to resolve them to.
    *response.mutable_resolve_artifact_response()->mutable_replacements() = request.resolve_artifact().artifacts();
    response.set_is_last(true);
    return stream.Write(response);
  }
  const model::ArtifactInformation& artifact = request.get_artifact().artifact();
  model::ArtifactFilePayload file;
  if (!ours.contains(KeyOf(artifact)) || artifact.type_urn() != "beam:artifact:type:file:v1"
      || !file.ParseFromString(artifact.type_payload())) {
    throw Error("the engine asks for an artifact that the pipeline does not have, of type '" + artifact.type_urn()
                + "'");
  }
  return SendFile(file.path(), stream, watch);
}

}  // namespace

void StageArtifacts(const std::string& endpoint, const std::string& token, const model::Pipeline& pipeline,
                    std::chrono::milliseconds timeout) {
  const std::set<ArtifactKey> ours = ArtifactsOf(pipeline);
  const auto stub = jobs::ArtifactStagingService::NewStub(OpenChannel(endpoint));
  grpc::ClientContext context;
  CallWatch watch(context, timeout, HeedCancel::kYes);
  const auto stream = stub->ReverseArtifactRetrievalService(&context);
  try {
    jobs::ArtifactResponseWrapper hello;
    hello.set_staging_token(token);
    bool listens = stream->Write(hello);
    jobs::ArtifactRequestWrapper request;
    while (listens && stream->Read(&request)) {
      watch.Heard();
      listens = Answer(request, ours, *stream, watch);
    }
  } catch (...) {
    context.TryCancel();
    stream->Finish();
    throw;
  }
  stream->WritesDone();
  const grpc::Status status = stream->Finish();
  if (status.ok()) return;
  ThrowIfCancelled();
  throw Error("cannot stage the pipeline's files at " + endpoint + ": "
              + (watch.timed_out() ? "the engine was silent for too long" : TextOf(status)));
}

}  // namespace beam
