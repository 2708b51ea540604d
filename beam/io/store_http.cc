#include "beam/io/store_http.h"

#include <utility>

namespace beam::internal {

using Kind = StoreAnswer::Kind;

namespace {

Kind KindOf(HttpFailure::Cause cause) {
  switch (cause) {
    case HttpFailure::Cause::kUnreachable: return Kind::kUnreachable;
    case HttpFailure::Cause::kUntrusted: return Kind::kUntrusted;
    default: return Kind::kBusy;
  }
}

}  // namespace

StoreAnswer StoreHttp::Exchange(const HttpRequest& request, HttpReply& reply, std::span<char> room) {
  reply = {};
  try {
    std::unique_ptr<HttpChannel> channel = channels_.Take();
    channel->Start(request);
    reply.status = channel->Status();
    reply.headers = channel->headers();
    if (room.empty() || KindOfStatus(reply.status) != Kind::kOk) {
      reply.body = channel->ReceiveAll();
    } else {
      while (reply.received < room.size()) {
        const std::size_t count = channel->Receive(room.data() + reply.received, room.size() - reply.received);
        if (count == 0) break;
        reply.received += count;
      }
      char more;
      if (channel->Receive(&more, 1) != 0) return {};
    }
    channels_.Keep(std::move(channel));
    return {};
  } catch (const HttpFailure& failure) {
    return {KindOf(failure.cause()), failure.what()};
  }
}

StoreAnswer StoreHttp::Connect(const std::string& url) {
  try {
    HttpChannel().Connect(url);
    return {.requests = 0};
  } catch (const HttpFailure& failure) {
    return {KindOf(failure.cause()), failure.what(), 0};
  }
}

StoreAnswer StoreHttp::Begin(const HttpRequest& request, HttpReply& reply, std::unique_ptr<HttpChannel>& channel) {
  reply = {};
  channel = nullptr;
  try {
    std::unique_ptr<HttpChannel> begun = channels_.Take();
    begun->Start(request);
    reply.status = begun->Status();
    reply.headers = begun->headers();
    if (KindOfStatus(reply.status) == Kind::kOk) {
      channel = std::move(begun);
    } else {
      reply.body = begun->ReceiveAll();
      channels_.Keep(std::move(begun));
    }
    return {};
  } catch (const HttpFailure& failure) {
    return {KindOf(failure.cause()), failure.what()};
  }
}

StoreAnswer::Kind KindOfStatus(int status) {
  if (status >= 200 && status < 300) return Kind::kOk;
  switch (status) {
    case 401: return Kind::kNoCredentials;
    case 403: return Kind::kDenied;
    case 404: return Kind::kNotFound;
    case 408:
    case 429: return Kind::kBusy;
    case 412: return Kind::kChanged;
    default: return status >= 500 ? Kind::kBusy : Kind::kFailed;
  }
}

}  // namespace beam::internal
