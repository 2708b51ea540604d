#include "beam/harness/state_client.h"

#include <utility>

#include "beam/base/error.h"
#include "beam/portable/channel.h"

namespace beam {

StateClient::StateClient(const std::string& endpoint, const std::string& worker, const Keepalive& keepalive)
    : stub_(org::apache::beam::model::fn_execution::v1::BeamFnState::NewStub(OpenChannel(endpoint, keepalive))) {
  context_.AddMetadata("worker_id", worker);
  stream_ = stub_->State(&context_);
  reader_ = std::thread([this] { Read(); });
}

StateClient::~StateClient() {
  context_.TryCancel();
  reader_.join();
}

void StateClient::Read() {
  for (Response response; stream_->Read(&response);) {
    const std::lock_guard lock(mutex_);
    answers_[response.id()].Swap(&response);
    answered_.notify_all();
  }
  const grpc::Status status = stream_->Finish();
  const std::lock_guard lock(mutex_);
  error_ = "the state stream has ended" + (status.ok() ? std::string() : ": " + TextOf(status));
  answered_.notify_all();
}

StateClient::Response StateClient::Call(Request request) {
  {
    const std::lock_guard lock(mutex_);
    request.set_id(std::to_string(++next_id_));
  }
  {
    const std::lock_guard lock(write_mutex_);
    if (!stream_->Write(request)) throw Error("the engine's state cannot be asked: its stream has ended");
  }
  std::unique_lock lock(mutex_);
  answered_.wait(lock, [&] { return answers_.count(request.id()) > 0 || !error_.empty(); });
  const auto found = answers_.find(request.id());
  if (found == answers_.end()) throw Error("the engine's state does not answer: " + error_);
  Response response = std::move(found->second);
  answers_.erase(found);
  if (!response.error().empty()) throw Error("the engine's state answers: " + response.error());
  return response;
}

WireState::Page StateClient::GetPage(const std::string& instruction, const Key& key, const std::string& next) {
  Request request;
  request.set_instruction_id(instruction);
  *request.mutable_state_key() = key;
  request.mutable_get()->set_continuation_token(next);
  Response response = Call(std::move(request));
  if (!response.has_get()) throw Error("the engine's state answers something else than it was asked for");
  // It would go on for ever.
  if (!next.empty() && response.get().continuation_token() == next) {
    throw Error("the engine's state answers a page that is followed by itself");
  }
  return {std::move(*response.mutable_get()->mutable_data()),
          std::move(*response.mutable_get()->mutable_continuation_token())};
}

std::string StateClient::Get(const std::string& instruction, const Key& key) {
  WireState::Page page = GetPage(instruction, key, {});
  std::string bytes = std::move(page.bytes);
  while (!page.next.empty()) {
    page = GetPage(instruction, key, page.next);
    bytes += page.bytes;
  }
  return bytes;
}

}  // namespace beam
