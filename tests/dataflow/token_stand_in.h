// A stand-in for the servers that give Google's tokens: of users and service accounts (OAuth 2.0), of the machine (the
// metadata server), and of those who act for others (IAM credentials). A token is a number here, and this knows whose.
//
// Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "beam/io/google/test_tokens.h"
#include "beam/io/test_http_server.h"

namespace beam::testing_dataflow {

using testing_http::Reply;
using testing_http::Request;
using Json = nlohmann::json;

class TokenStandIn {
 public:
  // Nothing if the request is none of theirs.
  std::optional<Reply> Answer(const Request& request);

  // Files of credentials for whom a server at `url` gives tokens.
  static Json User(const std::string& url);
  Json ServiceAccount(const std::string& url) const;
  static Json Impersonated(const std::string& url, const Json& source);

  // Whose token a request carries: "user", "worker", "machine", "boss by user", "boss by user through deputy"; nothing
  // if it carries none that is good.
  std::optional<std::string> Asker(const Request& request) const;

  // All tokens until now are no good any more.
  void Revoke();
  int given() const;

 private:
  // Whom the request is from, and so whose token it gets; nothing: it gets none.
  std::optional<std::string> OfForm(const std::string& form) const;
  std::optional<std::string> Acting(const Request& request) const;
  std::string Give(const std::string& whose);

  const testing_google::RsaKey key_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> good_;  // whose, by token
  int given_ = 0;
};

}  // namespace beam::testing_dataflow
