// Who asks Dataflow, by each kind of credentials: the whole way from what the environment has to the job that is made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/dataflow/dataflow_stand_in.h"
#include "tests/dataflow/google_login.h"

namespace klay {
namespace {

using namespace beam::testing_dataflow;  // NOLINT(google-build-using-namespace)
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

// Done as soon as it is asked for.
struct DoneJob final : StandInJob {
  std::string State() override { return "JOB_STATE_DONE"; }
  std::vector<StandInMessage> Messages() override { return {}; }
  void Cancel() override {}
};

class Credentials : public testing::Test {
 protected:
  using Environment = std::vector<std::pair<const char*, std::string>>;

  // With these variables.
  ProgramResult Launch(const Environment& environment, const std::vector<std::string>& more) {
    for (const auto& [name, value] : environment) setenv(name, value.c_str(), 1);
    std::vector<std::string> arguments = {"run-example",
                                          "--source_audio_path=gs://music/in",
                                          "--source_audio_suffix=.mp3",
                                          "--sdk_location=container",
                                          "--quiet",
                                          "--no_wait_until_finish"};
    for (const std::string& flag : google_.Flags("count-" + std::to_string(++launches_))) arguments.push_back(flag);
    arguments.insert(arguments.end(), more.begin(), more.end());
    ProgramResult result = RunKlayBeam(arguments);
    for (const auto& [name, value] : environment) unsetenv(name);
    return result;
  }
  // No file, so that the machine is asked.
  Environment NoFile() const {
    return {{"GOOGLE_APPLICATION_CREDENTIALS", ""},
            {"CLOUDSDK_CONFIG", "/nowhere"},
            {"GCE_METADATA_HOST", google_.url().substr(std::string("http://").size())}};
  }
  Environment Iam() const { return {{"CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS", google_.url() + "/"}}; }

  DataflowStandIn google_{[](const StandInRequest&, GcsStandIn&) { return std::make_unique<DoneJob>(); }};
  GoogleLogin login_{google_};
  int launches_ = 0;
};

TEST_F(Credentials, OfEveryKindMakeAJob) {
  const std::string url = google_.url();
  const Json user = TokenStandIn::User(url);
  const Json account = google_.tokens().ServiceAccount(url);
  struct Case {
    const char* what;
    Json file;
    Environment environment;
    std::vector<std::string> flags;
    const char* asker;
    const char* payer;
  };
  const Case cases[] = {
      {"a user", user, {}, {}, "user", "payer"},
      {"another payer", user, {{"GOOGLE_CLOUD_QUOTA_PROJECT", "other"}}, {}, "user", "other"},
      {"a service account", account, {}, {}, "worker", ""},
      {"a service account with a payer", account, {{"GOOGLE_CLOUD_QUOTA_PROJECT", "other"}}, {}, "worker", "other"},
      {"with scopes", account, {}, {"--gcp_oauth_scopes=a,b"}, "worker", ""},
      {"the machine", {}, NoFile(), {}, "machine", ""},
      {"a file that impersonates", TokenStandIn::Impersonated(url, user), {}, {}, "boss by user", ""},
      {"a flag that impersonates", user, Iam(), {"--impersonate_service_account=boss"}, "boss by user", "payer"},
      {"through others",
       account,
       Iam(),
       {"--impersonate_service_account=deputy,boss"},
       "boss by worker through deputy",
       ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    if (!c.file.is_null()) login_.Use(c.file);
    const ProgramResult result = Launch(c.environment, c.flags);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(google_.TakeAskers(), ElementsAre(Pair(c.asker, c.payer)));
    login_.Use(user);
  }
}

TEST_F(Credentials, ThatAreNoGoodAreSaidToBe) {
  const std::string url = google_.url();
  Json of_another_key = google_.tokens().ServiceAccount(url);
  of_another_key["private_key"] = beam::testing_google::RsaKey().Pem();
  Json logged_out = TokenStandIn::User(url);
  logged_out["refresh_token"] = "old";
  Environment nowhere = NoFile();
  nowhere.back().second = "127.0.0.1:1";
  struct Case {
    const char* what;
    Json file;
    Environment environment;
    const char* sentence;
  };
  for (const Case& c : {
           Case{"a key that was replaced", of_another_key, {}, "Google gives no token for the service account worker@"},
           Case{"a login that was revoked", logged_out, {}, "(403 you are nobody)"},
           Case{"one that may not impersonate",
                TokenStandIn::Impersonated(url, logged_out),
                {},
                "no token for the user"},
           Case{"none", {}, nowhere, "there is neither GOOGLE_APPLICATION_CREDENTIALS, nor a login by gcloud"},
       }) {
    SCOPED_TRACE(c.what);
    if (!c.file.is_null()) login_.Use(c.file);
    const ProgramResult result = Launch(c.environment, {});
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr(c.sentence));
    EXPECT_THAT(google_.asked(), IsEmpty());
  }
}

}  // namespace
}  // namespace klay
