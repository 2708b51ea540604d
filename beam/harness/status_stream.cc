#include "beam/harness/status_stream.h"

#include <exception>
#include <utility>

#include "beam/base/log.h"
#include "beam/portable/channel.h"

namespace beam {

StatusStream::StatusStream(const std::string& endpoint, const std::string& worker,
                           std::function<std::string()> describe)
    : describe_(std::move(describe)),
      stub_(org::apache::beam::model::fn_execution::v1::BeamFnWorkerStatus::NewStub(OpenChannel(endpoint))) {
  context_.AddMetadata("worker_id", worker);
  stream_ = stub_->WorkerStatus(&context_);
  thread_ = std::thread([this] { Answer(); });
}

StatusStream::~StatusStream() {
  context_.TryCancel();
  thread_.join();
}

void StatusStream::Answer() {
  for (Request request; stream_->Read(&request);) {
    Response response;
    response.set_id(request.id());
    try {
      response.set_status_info(describe_());
    } catch (const std::exception& error) {
      response.set_error(error.what());
    }
    if (!stream_->Write(response)) break;
  }
  const grpc::Status status = stream_->Finish();
  if (!status.ok()) LogDebug("the status stream has ended: " + TextOf(status));
}

}  // namespace beam
