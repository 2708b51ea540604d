// CallWatch: ends a blocking gRPC call from outside, so that no call outlives the user's patience.
#pragma once

#include <grpcpp/client_context.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace beam {

enum class HeedCancel { kYes, kNo };

// While it lives, `context` is cancelled when nothing was heard of the call for `timeout`, and, if it heeds that, when
// RequestCancel() was called. Make it after the context and before the call.
class CallWatch {
 public:
  CallWatch(grpc::ClientContext& context, std::chrono::milliseconds timeout, HeedCancel heed_cancel);
  ~CallWatch();
  CallWatch(const CallWatch&) = delete;
  CallWatch& operator=(const CallWatch&) = delete;

  // Something was heard: the timeout begins anew. For streams.
  void Heard();

  // Whether the call was ended for being silent.
  bool timed_out() const;

 private:
  void Watch();

  grpc::ClientContext& context_;
  const std::chrono::milliseconds timeout_;
  const HeedCancel heed_cancel_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::chrono::steady_clock::time_point deadline_;
  bool done_ = false;
  bool timed_out_ = false;
  std::thread thread_;
};

}  // namespace beam
