#include "beam/io/http_channels.h"

#include <utility>

namespace beam::internal {

std::unique_ptr<HttpChannel> HttpChannels::Take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<HttpChannel>();
  std::unique_ptr<HttpChannel> channel = std::move(idle_.back());
  idle_.pop_back();
  return channel;
}

void HttpChannels::Keep(std::unique_ptr<HttpChannel> channel) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(channel));
}

}  // namespace beam::internal
