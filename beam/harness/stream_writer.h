// StreamWriter: messages of many threads over one stream of gRPC. Nobody waits for a lock while somebody else writes:
// small messages are left to the thread that writes already, which sends them together.
//
// Thread-safe.
#pragma once

#include <grpcpp/support/sync_stream.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

namespace beam {

template <class Message>
class StreamWriter {
 public:
  // `stream` outlives the writer.
  explicit StreamWriter(grpc::internal::WriterInterface<Message>& stream) : stream_(stream) {}

  // Writes the message, or leaves it to another thread. Waits while the other side does not read what there is. False
  // if the stream has ended.
  bool Write(Message message) {
    std::unique_lock lock(mutex_);
    ++waiting_;
    turn_.wait(lock, [this] { return !is_writing_ || queued_bytes_ < kMostQueuedBytes; });
    --waiting_;
    if (has_ended_) return false;
    const std::size_t size = message.ByteSizeLong();
    queued_bytes_ += size;
    queue_.emplace_back(std::move(message), size);
    if (is_writing_) return true;
    is_writing_ = true;
    // Its own message is the last of these. Others' are taken along, but not for those who wait for their turn.
    for (std::size_t own = queue_.size(); !queue_.empty() && (own > 0 || waiting_ == 0); own -= own > 0 ? 1 : 0) {
      WriteFirst(lock);
    }
    is_writing_ = false;
    if (waiting_ > 0) turn_.notify_all();
    return !has_ended_;
  }

  // Waits until everything is written. Nothing more is from then on.
  void Close() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    turn_.wait(lock, [this] { return !is_writing_; });
    --waiting_;
    has_ended_ = true;
  }

 private:
  // More than messages without elements ever come to, and less than one full of elements.
  static constexpr std::size_t kMostQueuedBytes = std::size_t{64} << 10;

  void WriteFirst(std::unique_lock<std::mutex>& lock) {
    const auto [message, size] = std::move(queue_.front());
    queue_.pop_front();
    // gRPC keeps back what will have company.
    grpc::WriteOptions options;
    if (!queue_.empty()) options.set_buffer_hint();
    lock.unlock();
    const bool is_written = stream_.Write(message, options);
    lock.lock();
    queued_bytes_ -= size;
    if (!is_written) {
      has_ended_ = true;
      queue_.clear();
      queued_bytes_ = 0;
    }
    if (waiting_ > 0 && queued_bytes_ < kMostQueuedBytes) turn_.notify_all();
  }

  grpc::internal::WriterInterface<Message>& stream_;
  std::mutex mutex_;
  std::condition_variable turn_;
  std::deque<std::pair<Message, std::size_t>> queue_;  // with their sizes
  std::size_t queued_bytes_ = 0;                       // with what is being written
  std::size_t waiting_ = 0;
  bool is_writing_ = false;
  bool has_ended_ = false;
};

}  // namespace beam
