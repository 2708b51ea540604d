// HttpChannel: one HTTP/1.1 exchange after the other, bodies streamed both ways in bounded memory.
//
// Not thread-safe; one thread at a time. It has no thread of its own: bytes move while a call waits for them, and a
// reader that takes nothing holds the sender back. Connections are kept between exchanges. Proxies of the environment
// are not used: these are servers of one's own network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "beam/base/error.h"

namespace beam::internal {

// The exchange failed on its way (no connection, cut, nothing came for a minute); what the server has done is unknown.
class HttpFailure : public Error {
 public:
  using Error::Error;
};

class HttpChannel {
 public:
  HttpChannel();
  ~HttpChannel();
  HttpChannel(const HttpChannel&) = delete;
  HttpChannel& operator=(const HttpChannel&) = delete;

  // Begins an exchange without a body. What is left of the one before is dropped, its connection with it.
  void Start(const std::string& method, const std::string& url);

  // Begins a PUT, whose body Send() gives and EndBody() ends. Without `size` it is sent in chunks.
  void StartPut(const std::string& url, std::optional<std::uint64_t> size);
  void Send(const char* data, std::size_t size);
  void EndBody();

  // Waits for the answer's status.
  int Status();

  // Up to `size` bytes of the answer's body; 0 at its end.
  std::size_t Receive(char* out, std::size_t size);

  // The rest of the body, which is to be short. Throws HttpFailure beyond 256 MiB.
  std::string ReceiveAll();

  // Where the answer, received to its end, sends the caller; empty if nowhere.
  std::string redirect() const;

  // For cleaning up: from now on a stopped run stops nothing here, and five seconds without a byte are a failure.
  void HurryUp();

  // All calls throw HttpFailure, and Cancelled when the run is stopped.

 private:
  struct Transfer;
  const std::unique_ptr<Transfer> transfer_;
};

}  // namespace beam::internal
