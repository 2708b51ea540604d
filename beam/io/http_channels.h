// HttpChannels: channels whose exchange is over, kept for their connections. Thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "beam/io/http_channel.h"

namespace beam::internal {

class HttpChannels {
 public:
  // One that was kept, or a new one. It is the caller's until it is kept; after a failure it is better dropped.
  std::unique_ptr<HttpChannel> Take();

  // `channel` has received its answer to the end.
  void Keep(std::unique_ptr<HttpChannel> channel);

 private:
  static constexpr std::size_t kMostIdle = 64;

  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpChannel>> idle_;
};

}  // namespace beam::internal
