#include "beam/harness/log_stream.h"

#include <google/protobuf/util/time_util.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>
#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.grpc.pb.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "beam/base/log.h"
#include "beam/base/utf8.h"
#include "beam/portable/channel.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;

namespace {

constexpr std::size_t kMostWaiting = 10'000;
constexpr int kMostInMessage = 1000;
constexpr std::chrono::seconds kPatience{5};

fn::LogEntry::Severity::Enum SeverityOf(Severity severity) {
  switch (severity) {
    case Severity::kDebug: return fn::LogEntry::Severity::DEBUG;
    case Severity::kInfo: return fn::LogEntry::Severity::INFO;
    case Severity::kWarning: return fn::LogEntry::Severity::WARN;
    case Severity::kError: return fn::LogEntry::Severity::ERROR;
  }
  return fn::LogEntry::Severity::INFO;
}

// Protobuf refuses to send texts that are no UTF-8, and paths may be any bytes.
std::string Utf8(std::string_view text) {
  std::string valid;
  while (const auto end = internal::FindInvalidUtf8(text)) {
    valid.append(text.substr(0, *end)).append("\xEF\xBF\xBD");
    text.remove_prefix(*end + 1);
  }
  return valid.append(text);
}

}  // namespace

class LogStream::Impl {
 public:
  Impl(const std::string& endpoint, const std::string& worker)
      : stub_(fn::BeamFnLogging::NewStub(OpenChannel(endpoint))) {
    context_.AddMetadata("worker_id", worker);
    stream_ = stub_->Logging(&context_);
    sender_ = std::thread([this] { Send(); });
    former_ = SetLogSink([this](const LogEntry& entry) { Take(entry); });
  }

  ~Impl() {
    SetLogSink(std::move(former_));
    {
      std::unique_lock lock(mutex_);
      is_ending_ = true;
      changed_.notify_all();
      if (!changed_.wait_for(lock, kPatience, [this] { return has_ended_; })) context_.TryCancel();
    }
    sender_.join();
  }

 private:
  void Take(const LogEntry& entry) {
    fn::LogEntry made;
    made.set_severity(SeverityOf(entry.severity));
    *made.mutable_timestamp() = google::protobuf::util::TimeUtil::GetCurrentTime();
    made.set_message(Utf8(entry.message));
    made.set_transform_id(Utf8(entry.transform));
    made.set_instruction_id(Utf8(entry.instruction));
    made.set_thread(std::to_string(gettid()));
    const std::lock_guard lock(mutex_);
    if (is_broken_) {
      std::fprintf(stderr, "%s\n", FormatLogEntry(entry).c_str());
      return;
    }
    waiting_.push_back(std::move(made));
    if (waiting_.size() > kMostWaiting) {
      waiting_.pop_front();
      ++dropped_;
    }
    changed_.notify_all();
  }

  void Send() {
    for (;;) {
      fn::LogEntry::List list;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !waiting_.empty() || is_ending_; });
        if (waiting_.empty()) break;
        if (dropped_ > 0) {
          fn::LogEntry& note = *list.add_log_entries();
          note.set_severity(fn::LogEntry::Severity::WARN);
          note.set_message(std::to_string(std::exchange(dropped_, 0))
                           + " log lines were dropped, as they came too fast");
        }
        while (!waiting_.empty() && list.log_entries_size() < kMostInMessage) {
          *list.add_log_entries() = std::move(waiting_.front());
          waiting_.pop_front();
        }
      }
      if (!stream_->Write(list)) {
        const std::lock_guard lock(mutex_);
        is_broken_ = true;
        break;
      }
    }
    // The engine ends the stream when it has read all; what it says on it (it may set log levels) is not heeded.
    stream_->WritesDone();
    for (fn::LogControl control; stream_->Read(&control);) continue;
    stream_->Finish();
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    changed_.notify_all();
  }

  grpc::ClientContext context_;
  std::unique_ptr<fn::BeamFnLogging::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<fn::LogEntry::List, fn::LogControl>> stream_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<fn::LogEntry> waiting_;
  std::size_t dropped_ = 0;
  bool is_ending_ = false;
  bool is_broken_ = false;  // nothing can be sent any more
  bool has_ended_ = false;
  LogSink former_;
  std::thread sender_;
};

LogStream::LogStream(const std::string& endpoint, const std::string& worker)
    : impl_(std::make_unique<Impl>(endpoint, worker)) {}
LogStream::~LogStream() = default;

}  // namespace beam
