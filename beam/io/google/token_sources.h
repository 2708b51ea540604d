// The sources of Google's tokens. What each sends and gets is of "Using OAuth 2.0 to Access Google APIs"
// (developers.google.com/identity/protocols/oauth2) and, for the machine's own account, of the metadata server
// (cloud.google.com/compute/docs/access/authenticate-workloads).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "beam/io/google/credentials.h"
#include "beam/io/http_channel.h"

namespace beam::internal {

using Scopes = std::vector<std::string>;

// The key file of a service account ("type": "service_account"): signs who it is, and exchanges that for a token.
class ServiceAccountTokens final : public TokenSource {
 public:
  struct Key {
    std::string file;  // for errors
    std::string client_email;
    std::string private_key;  // PEM
    std::string private_key_id;
    std::string token_uri;
  };
  ServiceAccountTokens(Key key, Scopes scopes) : key_(std::move(key)), scopes_(std::move(scopes)) {}
  FetchedToken Fetch() override;

 private:
  std::string Assertion() const;

  const Key key_;
  const Scopes scopes_;
  HttpChannel channel_;
};

// A user's refresh token ("type": "authorized_user").
class UserTokens final : public TokenSource {
 public:
  struct User {
    std::string file;  // for errors
    std::string client_id;
    std::string client_secret;
    std::string refresh_token;
    std::string token_uri;
  };
  explicit UserTokens(User user) : user_(std::move(user)) {}
  FetchedToken Fetch() override;

 private:
  const User user_;
  HttpChannel channel_;
};

// The service account of the machine. Its server is $GCE_METADATA_HOST or metadata.google.internal; where it does not
// answer within seconds, there are no credentials at all.
class MachineTokens final : public TokenSource {
 public:
  // No scopes: those that the machine was made with.
  explicit MachineTokens(Scopes scopes) : scopes_(std::move(scopes)) {}
  FetchedToken Fetch() override;

 private:
  const Scopes scopes_;
  HttpChannel channel_;
};

// Tokens of a service account that whoever `source` is may be.
class ImpersonatedTokens final : public TokenSource {
 public:
  struct Target {
    std::string url;                     // ...:generateAccessToken
    std::vector<std::string> delegates;  // service accounts on the way, first to last
  };
  ImpersonatedTokens(std::unique_ptr<TokenSource> source, Target target, Scopes scopes)
      : source_(std::move(source)), target_(std::move(target)), scopes_(std::move(scopes)) {}
  FetchedToken Fetch() override;

 private:
  const std::unique_ptr<TokenSource> source_;
  const Target target_;
  const Scopes scopes_;
  HttpChannel channel_;
};

}  // namespace beam::internal
