#include "beam/harness/data_stream.h"

#include <utility>

#include "beam/base/error.h"
#include "beam/portable/channel.h"

namespace beam {

DataStream::DataStream(const std::string& endpoint, const std::string& worker, const Keepalive& keepalive)
    : stub_(org::apache::beam::model::fn_execution::v1::BeamFnData::NewStub(OpenChannel(endpoint, keepalive))) {
  context_.AddMetadata("worker_id", worker);
  stream_ = stub_->Data(&context_);
  writer_ = std::make_unique<StreamWriter<Elements>>(*stream_);
  reader_ = std::thread([this] { Read(); });
}

DataStream::~DataStream() {
  context_.TryCancel();
  reader_.join();
}

std::shared_ptr<Inbox> DataStream::Open(const std::string& instruction) {
  std::shared_ptr<Inbox> inbox = Find(instruction);
  if (inbox == nullptr) throw Error("the engine names two bundles " + instruction);
  inbox->Begin();
  return inbox;
}

void DataStream::Expect(const std::string& instruction) {
  if (const std::shared_ptr<Inbox> inbox = Find(instruction)) inbox->Begin();
}

std::shared_ptr<Inbox> DataStream::Find(const std::string& instruction) {
  const std::lock_guard lock(mutex_);
  if (closed_.count(instruction) > 0) return nullptr;
  std::shared_ptr<Inbox>& inbox = inboxes_[instruction];
  if (inbox == nullptr) {
    inbox = std::make_shared<Inbox>();
    if (!error_.empty()) inbox->Close(error_);
  }
  return inbox;
}

void DataStream::Close(const std::string& instruction) {
  const std::lock_guard lock(mutex_);
  if (const auto found = inboxes_.find(instruction); found != inboxes_.end()) {
    found->second->Discard();
    inboxes_.erase(found);
  }
  if (!closed_.insert(instruction).second) return;
  closed_order_.push_back(instruction);
  if (closed_order_.size() > kMostClosed) {
    closed_.erase(closed_order_.front());
    closed_order_.pop_front();
  }
}

void DataStream::Deliver(Elements& elements) {
  for (auto& data : *elements.mutable_data()) {
    const std::shared_ptr<Inbox> inbox = Find(data.instruction_id());
    if (inbox == nullptr) continue;
    inbox->Deliver({std::move(*data.mutable_transform_id()), std::move(*data.mutable_data()), data.is_last(), false});
  }
  for (auto& timers : *elements.mutable_timers()) {
    if (const std::shared_ptr<Inbox> inbox = Find(timers.instruction_id())) {
      inbox->Deliver({std::move(*timers.mutable_transform_id()), {}, timers.is_last(), true});
    }
  }
}

void DataStream::Read() {
  for (Elements elements; stream_->Read(&elements);) Deliver(elements);
  const grpc::Status status = stream_->Finish();
  const std::lock_guard lock(mutex_);
  error_ = "the data stream has ended" + (status.ok() ? std::string() : ": " + TextOf(status));
  for (const auto& [instruction, inbox] : inboxes_) inbox->Close(error_);
}

void DataStream::Send(Elements elements) {
  if (!writer_->Write(std::move(elements))) {
    throw Error("elements cannot be sent to the engine: its data stream has ended");
  }
}

}  // namespace beam
