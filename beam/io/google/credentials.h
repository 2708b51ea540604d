// GoogleCredentials: who asks Google's services, as the tokens that requests carry (OAuth 2.0).
//
// Thread-safe; shared by all who ask. A token is fetched when one is first needed, kept while it holds, and replaced
// before it ends: nobody waits for that but those who have none.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "beam/base/error.h"

namespace beam {

struct GoogleCredentialOptions {
  // Asks as nobody: for public data, and for emulators.
  bool anonymous = false;
  // Asks as this service account, which whoever the credentials are for must be allowed to be ("delegate,...,account"
  // through others).
  std::string impersonate_service_account = {};
  // What a token is good for; none: all that the account may do in Google Cloud.
  std::vector<std::string> scopes = {};
};

// No token can be had. The text says why, and what to do.
class CredentialsError : public Error {
 public:
  enum class Kind {
    kRefused,      // there are no credentials, or they are no good
    kUnreachable,  // no connection to the server that gives tokens
    kUntrusted,    // nor here, as its certificate is not trusted
    kBusy,         // that server had trouble; it may pass
  };
  CredentialsError(Kind kind, const std::string& text) : Error(text), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

struct AccessToken {
  std::string value = {};          // empty: nobody's
  std::string quota_project = {};  // who pays for the requests, where that is not the project of whom they ask

  // The headers of a request.
  std::vector<std::string> Headers() const;
};

namespace internal {

struct FetchedToken {
  std::string value;
  std::chrono::seconds lifetime;
};

// Where tokens come from: one request each. Not thread-safe.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  virtual FetchedToken Fetch() = 0;  // throws CredentialsError
};

}  // namespace internal

class GoogleCredentials {
 public:
  using Clock = std::chrono::steady_clock;

  // The application default credentials: the file that $GOOGLE_APPLICATION_CREDENTIALS names, else that of "gcloud auth
  // application-default login", else the service account of the machine (metadata server). Nothing is asked yet.
  // Throws CredentialsError if a file is there that cannot be used.
  static std::unique_ptr<GoogleCredentials> Find(const GoogleCredentialOptions& options);

  // Without a source, for nobody.
  explicit GoogleCredentials(std::unique_ptr<internal::TokenSource> source, std::string quota_project = {},
                             std::function<Clock::time_point()> now = Clock::now)
      : source_(std::move(source)), now_(std::move(now)), token_{.quota_project = std::move(quota_project)} {}

  bool anonymous() const { return source_ == nullptr; }

  // Throws CredentialsError; Cancelled if the run is stopped meanwhile.
  AccessToken Get();

  // A server did not take `token` any more (401): the next Get() fetches another one.
  void Invalidate(const AccessToken& token);

 private:
  const std::unique_ptr<internal::TokenSource> source_;  // under fetching_
  const std::function<Clock::time_point()> now_;
  std::mutex fetching_;
  std::mutex mutex_;  // what is below; never held while something is asked
  AccessToken token_;
  Clock::time_point fresh_until_;
  Clock::time_point valid_until_;
};

// The project that the file of the application default credentials is of, as a service account's key is of one; empty
// where there is no such file, or it does not say. Nothing is asked.
std::string ProjectOfCredentials();

}  // namespace beam
