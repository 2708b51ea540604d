// WorkerServices: what all bundles of a worker share: the streams to its engine, each opened when it is first needed,
// and what it remembers of side inputs. Thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "beam/base/error.h"
#include "beam/harness/data_stream.h"
#include "beam/harness/harness.h"
#include "beam/harness/side_input_cache.h"
#include "beam/harness/state_client.h"

namespace beam {

class WorkerServices {
 public:
  explicit WorkerServices(const HarnessOptions& options)
      : most_message_bytes_(options.most_message_bytes),
        worker_(options.id),
        keepalive_(options.keepalive),
        side_inputs_(options.side_input_cache_bytes) {}

  const std::string& worker() const { return worker_; }
  std::size_t most_message_bytes() const { return most_message_bytes_; }
  SideInputCache& side_inputs() { return side_inputs_; }
  DataStream& Data(const std::string& endpoint) { return Find(data_, endpoint); }
  StateClient& State(const std::string& endpoint) { return Find(state_, endpoint); }

  // The bundle is about to begin: what comes for it waits for it from now on.
  void ExpectBundle(const std::string& instruction) {
    const std::lock_guard lock(mutex_);
    for (const auto& stream : data_) stream.second->Expect(instruction);
  }

  // The bundle has ended, whatever came of it: what the engine still sends for it is dropped.
  void CloseBundle(const std::string& instruction) {
    const std::lock_guard lock(mutex_);
    for (const auto& stream : data_) stream.second->Close(instruction);
  }

  // Which stream the engine, or what lies in between, has ended, and why; empty if there is none.
  std::string Cut() const {
    const std::lock_guard lock(mutex_);
    if (is_stopped_) return "";
    for (const auto& stream : data_) {
      if (std::string error = stream.second->error(); !error.empty()) return error;
    }
    for (const auto& stream : state_) {
      if (std::string error = stream.second->error(); !error.empty()) return error;
    }
    return "";
  }

  // Ends all streams, so that no bundle waits for an engine that has gone. Those that are asked for later throw Error.
  void Stop() {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    for (const auto& stream : data_) stream.second->Stop();
    for (const auto& stream : state_) stream.second->Stop();
  }

 private:
  template <class Stream>
  Stream& Find(std::map<std::string, std::unique_ptr<Stream>>& streams, const std::string& endpoint) {
    const std::lock_guard lock(mutex_);
    if (is_stopped_) throw Error("the worker has been stopped");
    std::unique_ptr<Stream>& stream = streams[endpoint];
    if (stream == nullptr) stream = std::make_unique<Stream>(endpoint, worker_, keepalive_);
    return *stream;
  }

  const std::size_t most_message_bytes_;
  const std::string worker_;
  const Keepalive keepalive_;
  SideInputCache side_inputs_;
  mutable std::mutex mutex_;
  bool is_stopped_ = false;
  std::map<std::string, std::unique_ptr<DataStream>> data_;
  std::map<std::string, std::unique_ptr<StateClient>> state_;
};

}  // namespace beam
