// The HTTP exchanges of object stores that are spoken to without a client library. What they share: channels, and what
// failures and statuses are to an ObjectFileSystem. Trying again is left to ObjectRequests.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "beam/io/http_channels.h"
#include "beam/io/object_store.h"

namespace beam::internal {

struct HttpReply {
  int status = 0;
  HttpHeaders headers;
  std::string body;          // of a good answer (2xx) only where the caller has given no room for it
  std::size_t received = 0;  // bytes into that room
};

// Thread-safe.
class StoreHttp {
 public:
  // Makes an exchange. kOk is any answer of the server, whatever its status; otherwise kUnreachable, kUntrusted or
  // kBusy. The body of a good answer goes to `room` if there is one; more than that is dropped. Throws Cancelled if the
  // run is stopped.
  StoreAnswer Exchange(const HttpRequest& request, HttpReply& reply, std::span<char> room = {});

  // Makes a connection to the server of `url`: kOk, kUnreachable or kUntrusted, by no request.
  static StoreAnswer Connect(const std::string& url);

  // The same as Exchange(), but leaves the body of a good answer (2xx) in `channel`, which is to be given back when it
  // has been received to its end. Otherwise `channel` is null.
  StoreAnswer Begin(const HttpRequest& request, HttpReply& reply, std::unique_ptr<HttpChannel>& channel);
  void Keep(std::unique_ptr<HttpChannel> channel) { channels_.Keep(std::move(channel)); }

 private:
  HttpChannels channels_;
};

// What a status of HTTP is, where the body of the answer does not tell more: kOk for 2xx.
StoreAnswer::Kind KindOfStatus(int status);

}  // namespace beam::internal
