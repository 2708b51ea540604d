#include "beam/io/google/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "beam/io/google/test_tokens.h"
#include "beam/io/google/token_sources.h"
#include "beam/io/test_files.h"
#include "beam/io/test_http_server.h"

namespace beam {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_files::ErrorOf;
using testing_files::TestFolder;
using testing_google::FieldsOf;
using testing_google::RsaKey;
using testing_http::Reply;
using testing_http::Request;
using testing_http::TestHttpServer;
using Json = nlohmann::json;
using Clock = GoogleCredentials::Clock;
using std::chrono::seconds;

class GoogleCredentialsTest : public testing::Test {
 protected:
  GoogleCredentialsTest() {
    for (const char* name : {"GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_QUOTA_PROJECT"}) ::unsetenv(name);
    ::setenv("CLOUDSDK_CONFIG", folder_.path().c_str(), 1);
    ::setenv("GCE_METADATA_HOST", server_.authority().c_str(), 1);
  }
  ~GoogleCredentialsTest() override {
    for (const char* name : {"GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG", "GCE_METADATA_HOST"})
      ::unsetenv(name);
  }

  void Use(const Json& json) {
    folder_.File("key.json", json.dump());
    ::setenv("GOOGLE_APPLICATION_CREDENTIALS", (folder_ / "key.json").c_str(), 1);
  }
  Json ServiceAccount() const {
    return {{"type", "service_account"},
            {"client_email", "worker@project.iam.gserviceaccount.com"},
            {"private_key", key_.Pem()},
            {"private_key_id", "id-1"},
            {"token_uri", server_.url() + "/token"}};
  }
  Json User() const {
    return {{"type", "authorized_user"},     {"client_id", "a client&"},    {"client_secret", "s=cret"},
            {"refresh_token", "1//refresh"}, {"quota_project_id", "payer"}, {"token_uri", server_.url() + "/token"}};
  }

  static Reply Token(const std::string& value, int lifetime = 3600) {
    return {.body = Json({{"access_token", value}, {"expires_in", lifetime}, {"token_type", "Bearer"}}).dump()};
  }

  static inline const RsaKey key_;
  const TestFolder folder_;
  std::mutex mutex_;
  std::function<Reply(const Request&)> answer_ = [](const Request&) { return Token("t"); };
  TestHttpServer server_{[this](const Request& request) {
    const std::lock_guard lock(mutex_);
    return answer_(request);
  }};
};

TEST_F(GoogleCredentialsTest, AServiceAccountSignsWhoItIs) {
  Use(ServiceAccount());
  const AccessToken token = GoogleCredentials::Find({.scopes = {"a-scope", "b"}})->Get();
  EXPECT_THAT(token.Headers(), ElementsAre("Authorization: Bearer t"));

  ASSERT_EQ(server_.requests().size(), 1u);
  EXPECT_EQ(server_.requests()[0].method + " " + server_.requests()[0].target, "POST /token");
  auto fields = FieldsOf(server_.requests()[0].body);
  EXPECT_EQ(fields["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
  const auto jwt = testing_google::ParseJwt(fields["assertion"], key_);
  ASSERT_TRUE(jwt) << "not signed by the key";
  EXPECT_EQ(jwt->header, Json({{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "id-1"}}));
  const Json& claims = jwt->claims;
  EXPECT_EQ(claims["iss"], "worker@project.iam.gserviceaccount.com");
  EXPECT_EQ(claims["aud"], server_.url() + "/token");
  EXPECT_EQ(claims["scope"], "a-scope b");
  EXPECT_EQ(claims["exp"].get<std::int64_t>() - claims["iat"].get<std::int64_t>(), 3600);
}

TEST_F(GoogleCredentialsTest, AUserIsARefreshTokenAndMayHaveAQuotaProject) {
  folder_.File("application_default_credentials.json", User().dump());
  EXPECT_THAT(GoogleCredentials::Find({})->Get().Headers(),
              ElementsAre("Authorization: Bearer t", "x-goog-user-project: payer"));
  const std::map<std::string, std::string> expected = {{"grant_type", "refresh_token"},
                                                       {"client_id", "a client&"},
                                                       {"client_secret", "s=cret"},
                                                       {"refresh_token", "1//refresh"}};
  EXPECT_EQ(FieldsOf(server_.requests()[0].body), expected);

  ::setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "another", 1);
  EXPECT_EQ(GoogleCredentials::Find({})->Get().quota_project, "another");
}

TEST_F(GoogleCredentialsTest, WithoutAFileTheMachineIsAsked) {
  EXPECT_THAT(GoogleCredentials::Find({})->Get().Headers(), ElementsAre("Authorization: Bearer t"));
  const Request request = server_.requests()[0];
  EXPECT_EQ(request.target, "/computeMetadata/v1/instance/service-accounts/default/token");
  EXPECT_EQ(request.Header("metadata-flavor"), "Google");
  GoogleCredentials::Find({.scopes = {"a:b", "c"}})->Get();
  EXPECT_EQ(server_.requests()[1].target,
            "/computeMetadata/v1/instance/service-accounts/default/token?scopes=a%3Ab%2Cc");
}

TEST_F(GoogleCredentialsTest, SaysWhatIsMissingWhereThereIsNothing) {
  ::setenv("GCE_METADATA_HOST", "127.0.0.1:1", 1);
  const auto credentials = GoogleCredentials::Find({});
  try {
    credentials->Get();
    FAIL() << "there is a token";
  } catch (const CredentialsError& error) {
    EXPECT_EQ(error.kind(), CredentialsError::Kind::kRefused);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("GOOGLE_APPLICATION_CREDENTIALS"), HasSubstr("gcloud")));
  }
}

TEST_F(GoogleCredentialsTest, AsNobodyNothingIsAsked) {
  Use({{"type", "unusable"}});
  const auto credentials = GoogleCredentials::Find({.anonymous = true});
  EXPECT_TRUE(credentials->anonymous());
  EXPECT_THAT(credentials->Get().Headers(), IsEmpty());
  EXPECT_THAT(server_.requests(), IsEmpty());
}

TEST_F(GoogleCredentialsTest, AFileMaySayWhomToImpersonate) {
  Use({{"type", "impersonated_service_account"},
       {"service_account_impersonation_url", server_.url() + "/v1/sa:generateAccessToken"},
       {"delegates", {"projects/-/serviceAccounts/between"}},
       {"source_credentials", User()}});
  answer_ = [](const Request& request) {
    if (request.target == "/token") return Token("own");
    EXPECT_EQ(request.Header("authorization"), "Bearer own");
    return Reply{.body = R"({"accessToken": "theirs", "expireTime": "2026-01-01T00:00:00Z"})"};
  };
  EXPECT_EQ(GoogleCredentials::Find({.scopes = {"a-scope", "b"}})->Get().value, "theirs");
  const Json expected = {
      {"scope", {"a-scope", "b"}}, {"lifetime", "3600s"}, {"delegates", {"projects/-/serviceAccounts/between"}}};
  EXPECT_EQ(Json::parse(server_.requests()[1].body), expected);
}

struct FileCase {
  const char* what;
  std::string bytes;
  const char* error;
};

TEST_F(GoogleCredentialsTest, RefusesFilesThatCannotBeUsed) {
  Json no_email = ServiceAccount();
  no_email.erase("client_email");
  Json number = ServiceAccount();
  number["private_key"] = 7;
  Json loop = {{"type", "impersonated_service_account"}, {"service_account_impersonation_url", "u"}};
  loop["source_credentials"] = loop;
  const FileCase cases[] = {
      {"empty", "", "no JSON object"},
      {"no JSON", "{\"type\": ", "no JSON object"},
      {"a list", "[]", "no JSON object"},
      {"no type", "{}", "it has no type"},
      {"a type of another kind", R"({"type": 1})", "it has no type"},
      {"federation", R"({"type": "external_account"})", "\"external_account\" is not supported"},
      {"no email", no_email.dump(), "it has no client_email"},
      {"a key that is a number", number.dump(), "it has no private_key"},
      {"a user without a token", R"({"type": "authorized_user", "client_id": "a", "client_secret": "b"})",
       "it has no refresh_token"},
      {"impersonation of a circle", loop.dump(), "of its own type"},
      {"impersonation by nobody",
       R"({"type": "impersonated_service_account", "service_account_impersonation_url": "u"})",
       "it has no source_credentials"},
  };
  for (const FileCase& c : cases) {
    folder_.File("key.json", c.bytes);
    ::setenv("GOOGLE_APPLICATION_CREDENTIALS", (folder_ / "key.json").c_str(), 1);
    EXPECT_THAT(ErrorOf([&] { GoogleCredentials::Find({}); }), AllOf(HasSubstr(c.error), HasSubstr("key.json")))
        << c.what;
  }
  ::setenv("GOOGLE_APPLICATION_CREDENTIALS", (folder_ / "missing.json").c_str(), 1);
  EXPECT_THAT(ErrorOf([&] { GoogleCredentials::Find({}); }),
              AllOf(HasSubstr("missing.json"), HasSubstr("No such file"), HasSubstr("run \"gcloud auth")));
  EXPECT_EQ(ProjectOfCredentials(), "");
  ::setenv("GOOGLE_APPLICATION_CREDENTIALS", folder_.path().c_str(), 1);
  EXPECT_THAT(ErrorOf([&] { GoogleCredentials::Find({}); }), HasSubstr("it is a folder"));
  EXPECT_EQ(ProjectOfCredentials(), "");

  Json bad_key = ServiceAccount();
  bad_key["private_key"] = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  Use(bad_key);
  EXPECT_THAT(ErrorOf([&] { GoogleCredentials::Find({})->Get(); }), HasSubstr("private_key"));
  EXPECT_THAT(server_.requests(), IsEmpty());
}

struct AnswerCase {
  Reply reply;
  CredentialsError::Kind kind;
  const char* error;
};

TEST_F(GoogleCredentialsTest, TellsWhatTheServerSays) {
  using Kind = CredentialsError::Kind;
  const AnswerCase cases[] = {
      {{.status = 400, .body = R"({"error": "invalid_grant", "error_description": "Token has been revoked."})"},
       Kind::kRefused,
       "invalid_grant: Token has been revoked."},
      {{.status = 403, .body = R"({"error": {"code": 403, "message": "no role"}})"}, Kind::kRefused, "no role"},
      {{.status = 401, .body = "<html>\nno"}, Kind::kRefused, "<html> no"},
      {{.status = 503, .body = "later"}, Kind::kBusy, "503 later"},
      {{.status = 429, .body = ""}, Kind::kBusy, "429"},
      {{.close_at_once = true}, Kind::kBusy, "did not answer"},
      {{.body = R"({"access_token": "token")", .cut_after = 5}, Kind::kBusy, "did not answer"},
      {{.body = "[]"}, Kind::kBusy, "form"},
      {{.body = R"({"access_token": "", "expires_in": 10})"}, Kind::kBusy, "form"},
      {{.body = R"({"access_token": "a", "expires_in": "10"})"}, Kind::kBusy, "form"},
  };
  Use(User());
  for (const AnswerCase& c : cases) {
    answer_ = [&](const Request&) { return c.reply; };
    try {
      GoogleCredentials::Find({})->Get();
      ADD_FAILURE() << "a token of " << c.reply.body;
    } catch (const CredentialsError& error) {
      EXPECT_EQ(error.kind(), c.kind) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(c.error));
    }
  }
}

// A source that counts, and a clock that is set.
class GoogleCredentialsCacheTest : public testing::Test {
 protected:
  struct Source final : internal::TokenSource {
    explicit Source(GoogleCredentialsCacheTest& t) : test(t) {}
    internal::FetchedToken Fetch() override {
      const int number = ++test.fetched_;
      if (test.fails_) throw CredentialsError(CredentialsError::Kind::kBusy, "busy");
      return {std::to_string(number), seconds(3600)};
    }
    GoogleCredentialsCacheTest& test;
  };

  std::atomic<int> fetched_ = 0;
  std::atomic<bool> fails_ = false;
  Clock::time_point now_;
  GoogleCredentials credentials_{std::make_unique<Source>(*this), "", [this] { return now_; }};
};

TEST_F(GoogleCredentialsCacheTest, KeepsATokenAndReplacesItBeforeItEnds) {
  EXPECT_EQ(credentials_.Get().value, "1");
  now_ += seconds(3600 - 226);
  EXPECT_EQ(credentials_.Get().value, "1");
  now_ += seconds(2);
  EXPECT_EQ(credentials_.Get().value, "2");
  EXPECT_EQ(credentials_.Get().value, "2");
}

TEST_F(GoogleCredentialsCacheTest, UsesAValidTokenWhereNoneCanBeHad) {
  EXPECT_EQ(credentials_.Get().value, "1");
  fails_ = true;
  now_ += seconds(3500);
  EXPECT_EQ(credentials_.Get().value, "1");
  now_ += seconds(101);
  EXPECT_THAT(ErrorOf([&] { credentials_.Get(); }), HasSubstr("busy"));
  fails_ = false;
  EXPECT_EQ(credentials_.Get().value, "4");
}

TEST_F(GoogleCredentialsCacheTest, ARefusedTokenIsReplacedOnce) {
  const AccessToken first = credentials_.Get();
  credentials_.Invalidate(first);
  EXPECT_EQ(credentials_.Get().value, "2");
  credentials_.Invalidate(first);
  EXPECT_EQ(credentials_.Get().value, "2");
}

TEST_F(GoogleCredentialsCacheTest, ManyWhoAskAtOnceFetchOne) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(credentials_.Get().value, "1"); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fetched_, 1);
}

}  // namespace
}  // namespace beam
