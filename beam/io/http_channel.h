// HttpChannel: one HTTP/1.1 exchange after the other, what is received streamed in bounded memory.
//
// Not thread-safe; one thread at a time. It has no thread of its own: bytes move while a call waits for them, and a
// reader that takes nothing holds the sender back. Connections are kept between exchanges. Certificates are checked by
// those that the system trusts, or those of $SSL_CERT_FILE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "beam/base/error.h"

namespace beam::internal {

// The exchange failed on its way (no connection, cut, nothing came for a minute); what the server has done is unknown.
class HttpFailure : public Error {
 public:
  enum class Cause {
    kCut,          // there was a connection
    kUnreachable,  // there was none: nothing has reached the server
    kUntrusted,    // nor here, as the server's certificate is of no authority that is trusted, or of another server
  };
  explicit HttpFailure(const std::string& text, Cause cause = Cause::kCut) : Error(text), cause_(cause) {}

  Cause cause() const { return cause_; }

 private:
  Cause cause_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};
  std::vector<std::string> headers = {};  // "Name: value"
  std::string_view body = {};             // of a PUT, POST or PATCH; stays where it is until Status() has returned
  std::string_view before_body = {};      // what surrounds it, without a copy of it being made
  std::string_view after_body = {};
  // Goes by a connection of its own, and so to the server once at most. By one that was kept, and which the server has
  // closed meanwhile, it is sent again by another one, though the server may have done what is asked before it closed.
  bool once = false;
  bool by_proxy = false;  // of the environment ($https_proxy, $no_proxy); not to one's own network
};

// The headers of an answer.
class HttpHeaders {
 public:
  // The value of the first header of this name, which is given in small letters.
  std::optional<std::string> Find(std::string_view name) const;

  void Clear() { lines_.clear(); }
  // One line as it came: "Name: value\r\n".
  void Add(std::string_view line);

 private:
  std::string lines_;  // "name: value\n", names in small letters
};

class HttpChannel {
 public:
  HttpChannel();
  ~HttpChannel();
  HttpChannel(const HttpChannel&) = delete;
  HttpChannel& operator=(const HttpChannel&) = delete;

  // Makes a connection to the server of `url`, by a proxy of the environment if there is one for it, and sends nothing.
  void Connect(const std::string& url);

  // Begins an exchange. What is left of the one before is dropped, its connection with it.
  void Start(const HttpRequest& request);

  // Waits for the answer's status.
  int Status();

  // Up to `size` bytes of the answer's body; 0 at its end.
  std::size_t Receive(char* out, std::size_t size);

  // The rest of the body, which is to be short. Throws HttpFailure beyond 256 MiB.
  std::string ReceiveAll();

  // Of the answer, whose Status() was waited for.
  const HttpHeaders& headers() const;

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
