// GoogleRest: requests to one of Google's REST services, JSON both ways, tried again where that may help.
//
// Not thread-safe. Calls throw Cancelled when the run is stopped, until HurryUp().
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "beam/base/error.h"
#include "beam/base/retry_pauses.h"
#include "beam/io/google/credentials.h"
#include "beam/io/http_channel.h"

namespace beam {

// The service refused. The text is a sentence: what was asked, and the service's own reason.
class RestError : public Error {
 public:
  RestError(int status, const std::string& text) : Error(text), status_(status) {}
  int status() const { return status_; }  // of HTTP; 0: there was no answer at all

 private:
  int status_;
};

// How long is tried again. A pause that the service asks for comes besides; if it is longer than what is left of the
// time, nothing is tried again.
struct RestPolicy {
  RetryPauses pauses{std::chrono::milliseconds(500), std::chrono::milliseconds(16'000)};
  std::chrono::milliseconds busy{120'000};  // while the service says that it is busy, or does not answer
  std::chrono::milliseconds lag{30'000};    // while what was just made is not seen yet
};

class GoogleRest {
 public:
  // `service` is what errors call it.
  GoogleRest(std::string service, std::shared_ptr<GoogleCredentials> credentials, const RestPolicy& policy = {})
      : service_(std::move(service)), credentials_(std::move(credentials)), policy_(policy) {}

  struct Request {
    std::string method = "GET";
    std::string url;
    std::string body = {};  // JSON, or nothing
    bool may_lag = false;   // what was just made may not be seen yet: 404 is tried again, too
    bool is_watch = false;  // of something that goes on without it: tried again for ten times as long
  };
  // The body of a good answer. Throws RestError; CredentialsError.
  std::string Call(const Request& request);

  // Of a run that is being stopped: from now on that stops no call, and none is tried twice.
  void HurryUp();

 private:
  struct Answer {
    int status = 0;
    std::string body;
    std::string failure;  // of the connection
    std::chrono::seconds retry_after{0};
  };
  Answer Ask(const Request& request);
  // How long an answer like this one is worth trying again.
  std::chrono::milliseconds PatienceFor(const Answer& answer, const Request& request) const;

  const std::string service_;
  const std::shared_ptr<GoogleCredentials> credentials_;
  const RestPolicy policy_;
  internal::HttpChannel channel_;
  bool hurried_ = false;
};

}  // namespace beam
