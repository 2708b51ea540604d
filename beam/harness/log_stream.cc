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
// Between tries to reach an engine that does not take anything.
constexpr std::chrono::seconds kPause{1};

fn::LogEntry::Severity::Enum SeverityOf(Severity severity) {
  switch (severity) {
    case Severity::kDebug: return fn::LogEntry::Severity::DEBUG;
    case Severity::kInfo: return fn::LogEntry::Severity::INFO;
    case Severity::kWarning: return fn::LogEntry::Severity::WARN;
    case Severity::kError: return fn::LogEntry::Severity::ERROR;
  }
  return fn::LogEntry::Severity::INFO;
}

}  // namespace

class LogStream::Impl {
 public:
  Impl(const std::string& endpoint, const std::string& worker, const Keepalive& keepalive)
      : stub_(fn::BeamFnLogging::NewStub(OpenChannel(endpoint, keepalive))), worker_(worker) {
    sender_ = std::thread([this] { Run(); });
    former_ = SetLogSink([this](const LogEntry& entry) { Take(entry); });
  }

  ~Impl() {
    SetLogSink(std::move(former_));
    {
      std::unique_lock lock(mutex_);
      is_ending_ = true;
      changed_.notify_all();
      if (!changed_.wait_for(lock, kPatience, [this] { return has_ended_; })) {
        is_given_up_ = true;
        if (context_ != nullptr) context_->TryCancel();
      }
    }
    sender_.join();
  }

 private:
  void Take(const LogEntry& entry) {
    fn::LogEntry made;
    made.set_severity(SeverityOf(entry.severity));
    *made.mutable_timestamp() = google::protobuf::util::TimeUtil::GetCurrentTime();
    // Protobuf refuses to send texts that are no UTF-8, and paths may be any bytes.
    made.set_message(internal::ToUtf8(entry.message));
    made.set_transform_id(internal::ToUtf8(entry.transform));
    made.set_instruction_id(internal::ToUtf8(entry.instruction));
    made.set_thread(std::to_string(gettid()));
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(made));
    if (waiting_.size() > kMostWaiting) {
      waiting_.pop_front();
      ++dropped_;
    }
    changed_.notify_all();
  }

  // Sends by one stream after the other, each until it is cut.
  void Run() {
    fn::LogEntry::List list;  // what is to be sent next
    int failures = 0;         // to send it
    while (!SendUntilCut(list, failures)) {
      std::unique_lock lock(mutex_);
      if (is_given_up_) break;
      // Of a stream that was cut another one may take the place; but an engine that has gone takes nothing.
      if (++failures < 2) continue;
      Print(list);
      list.Clear();
      changed_.wait_for(lock, kPause, [this] { return is_ending_; });
    }
    do {
      Print(list);
    } while (TakeWaiting(list));
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    changed_.notify_all();
  }

  // True when everything is sent, and nothing more will come; false if the stream was cut before `list` was sent.
  bool SendUntilCut(fn::LogEntry::List& list, int& failures) {
    grpc::ClientContext context;
    context.AddMetadata("worker_id", worker_);
    {
      const std::lock_guard lock(mutex_);
      if (is_given_up_) return false;
      context_ = &context;
    }
    const auto stream = stub_->Logging(&context);
    bool is_whole = true;
    while (is_whole && (list.log_entries_size() > 0 || TakeWaiting(list))) {
      is_whole = stream->Write(list);
      if (!is_whole) continue;
      list.Clear();
      failures = 0;
    }
    // The engine ends the stream when it has read all; what it says on it (it may set log levels) is not heeded.
    if (is_whole) stream->WritesDone();
    for (fn::LogControl control; stream->Read(&control);) continue;
    stream->Finish();
    const std::lock_guard lock(mutex_);
    context_ = nullptr;
    return is_whole;
  }

  static void Print(const fn::LogEntry::List& list) {
    for (const fn::LogEntry& entry : list.log_entries()) {
      std::fprintf(stderr, "%s %s %s\n", google::protobuf::util::TimeUtil::ToString(entry.timestamp()).c_str(),
                   fn::LogEntry::Severity::Enum_Name(entry.severity()).c_str(), entry.message().c_str());
    }
  }

  // Waits for lines. False if there are none, and there will be no more.
  bool TakeWaiting(fn::LogEntry::List& list) {
    list.Clear();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !waiting_.empty() || is_ending_; });
    if (waiting_.empty()) return false;
    if (dropped_ > 0) {
      fn::LogEntry& note = *list.add_log_entries();
      note.set_severity(fn::LogEntry::Severity::WARN);
      *note.mutable_timestamp() = google::protobuf::util::TimeUtil::GetCurrentTime();
      note.set_message(std::to_string(std::exchange(dropped_, 0)) + " log lines were dropped, as they came too fast");
    }
    while (!waiting_.empty() && list.log_entries_size() < kMostInMessage) {
      *list.add_log_entries() = std::move(waiting_.front());
      waiting_.pop_front();
    }
    return true;
  }

  std::unique_ptr<fn::BeamFnLogging::Stub> stub_;
  const std::string worker_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<fn::LogEntry> waiting_;
  std::size_t dropped_ = 0;
  bool is_ending_ = false;
  bool is_given_up_ = false;  // nothing more is sent
  bool has_ended_ = false;
  grpc::ClientContext* context_ = nullptr;  // of the stream that there is
  LogSink former_;
  std::thread sender_;
};

LogStream::LogStream(const std::string& endpoint, const std::string& worker, const Keepalive& keepalive)
    : impl_(std::make_unique<Impl>(endpoint, worker, keepalive)) {}
LogStream::~LogStream() = default;

}  // namespace beam
