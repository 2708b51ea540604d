// Whoever asks a store is who the environment says, and asks the endpoint that it says: seen in the requests that come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/storage/answering_server.h"
#include "tests/storage/one_sentence.h"
#include "tests/storage/run_with.h"
#include "tests/storage/sockets.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using beam::testing_storage::Answer;
using beam::testing_storage::AnsweringServer;
using beam::testing_storage::HeaderOf;
using testing::AllOf;
using testing::Each;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* kNever = "2099-01-01T00:00:00Z";

// A bucket `klay` with music/a.wav.
Answer Listing() {
  return {.type = "application/xml",
          .body = R"(<?xml version="1.0" encoding="UTF-8"?>)"
                  R"(<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>klay</Name>)"
                  R"(<Prefix>music/</Prefix><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys>)"
                  R"(<IsTruncated>false</IsTruncated><Contents><Key>music/a.wav</Key>)"
                  R"(<LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>"1"</ETag><Size>5</Size></Contents>)"
                  R"(</ListBucketResult>)"};
}

// What AWS' token service gives whoever may assume a role.
Answer RoleKeys() {
  return {.type = "text/xml",
          .body = std::string(R"(<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">)"
                              R"(<AssumeRoleResult><AssumedRoleUser><AssumedRoleId>A:s</AssumedRoleId>)"
                              R"(<Arn>arn:aws:sts::1:assumed-role/listener/s</Arn></AssumedRoleUser><Credentials>)"
                              R"(<AccessKeyId>KEYOFROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>)"
                              R"(<SessionToken>token-of-role</SessionToken><Expiration>)")
              + kNever
              + "</Expiration></Credentials></AssumeRoleResult>"
                "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>"};
}

// What containers and machines are given by the one beside them.
Answer MachineKeys() {
  return {.type = "application/json",
          .body = std::string(R"({"Code":"Success","Type":"AWS-HMAC","LastUpdated":"2026-01-01T00:00:00Z",)"
                              R"("AccessKeyId":"KEYOFMACHINE","SecretAccessKey":"s","Token":"token-of-machine",)"
                              R"("Expiration":")")
              + kNever + R"("})"};
}

// All that is asked in AWS: a bucket, and whoever gives keys.
Answer Aws(const std::string& head, const std::string& body) {
  const std::string target = head.substr(head.find(' ') + 1, head.find(" HTTP/") - head.find(' ') - 1);
  if (target.starts_with("/klay")) return Listing();
  if (body.find("Action=AssumeRole&") != std::string::npos) return RoleKeys();
  if (target == "/latest/api/token") return {.type = "text/plain", .body = "token-of-session"};
  if (target == "/latest/meta-data/iam/security-credentials") return {.type = "text/plain", .body = "listener"};
  if (target == "/latest/meta-data/iam/security-credentials/listener" || target == "/container") return MachineKeys();
  return {.status = 404};
}

// Who asked, by the head of a request: the id of the key and the region that it is signed for, and the token.
struct Asker {
  std::string key;
  std::string region;
  std::string token = {};

  bool operator==(const Asker&) const = default;
};
void PrintTo(const Asker& asker, std::ostream* out) { *out << asker.key << " " << asker.region << " " << asker.token; }

// Credential=KEY/DATE/REGION/SERVICE/aws4_request. Nobody without a signature.
Asker AskerOf(const std::string& head) {
  std::istringstream scope(HeaderOf(head, "authorization"));
  Asker asker;
  std::string part;
  if (std::getline(scope, part, '=') && std::getline(scope, asker.key, '/') && std::getline(scope, part, '/')) {
    std::getline(scope, asker.region, '/');
  }
  asker.token = HeaderOf(head, "x-amz-security-token");
  return asker;
}

bool IsOfBucket(const std::string& head) { return head.find(" /klay") < head.find(" HTTP/"); }

// klay-beam with nothing of S3 around it but these variables, and with a home that has these files.
struct Around {
  std::vector<std::string> environment = {};
  std::map<std::string, std::string> files = {};
  std::vector<std::string> flags = {};
};

ProgramResult List(const Around& around) {
  const TestFolder home;
  for (const auto& [name, text] : around.files) {
    home.File(name, text);
    std::filesystem::permissions(home / name, std::filesystem::perms::owner_all);
  }
  std::vector<std::string> environment = {"HOME=" + home.path()};
  for (std::string variable : around.environment) {
    if (const std::size_t at = variable.find("HOME/"); at != std::string::npos) variable.replace(at, 5, home.path());
    environment.push_back(std::move(variable));
  }
  std::vector<std::string> arguments = {"ls", "--paths", "s3://klay/music/"};
  arguments.insert(arguments.end(), around.flags.begin(), around.flags.end());
  return RunWith(environment, StoreVariables(), arguments);
}

constexpr const char* kKeysOfBase = "[base]\naws_access_key_id = KEYOFBASE\naws_secret_access_key = s\n";

TEST(S3Credentials, EachRequestIsSignedAsTheEnvironmentSays) {
  const AnsweringServer aws(&Aws);
  const std::string url = "http://" + aws.endpoint();
  const std::string endpoint = "AWS_ENDPOINT_URL=" + url;
  const std::string key = "AWS_ACCESS_KEY_ID=KEY";
  const std::string secret = "AWS_SECRET_ACCESS_KEY=s";
  const std::string role = "[profile role]\nrole_arn = arn:aws:iam::1:role/listener\n";
  struct Case {
    std::string what;
    Around around;
    Asker expected;
  };
  for (
      const Case& c : {
          Case{"keys", {{key, secret}}, {"KEY", "us-east-1"}},
          Case{"keys for a while", {{key, secret, "AWS_SESSION_TOKEN=token"}}, {"KEY", "us-east-1", "token"}},
          Case{"a region", {{key, secret, "AWS_REGION=eu-north-1"}}, {"KEY", "eu-north-1"}},
          Case{"the region of what names none", {{key, secret, "AWS_DEFAULT_REGION=eu-west-3"}}, {"KEY", "eu-west-3"}},
          Case{"the region of a flag",
               {{key, secret, "AWS_REGION=eu-north-1"}, {}, {"--s3_region_name", "ap-south-1"}},
               {"KEY", "ap-south-1"}},
          Case{"the region of the profile",
               {{key, secret}, {{".aws/config", "[default]\nregion = eu-central-1\n"}}},
               {"KEY", "eu-central-1"}},
          Case{"the default profile",
               {{}, {{".aws/credentials", "[default]\naws_access_key_id = KEYOFDEFAULT\naws_secret_access_key = s\n"}}},
               {"KEYOFDEFAULT", "us-east-1"}},
          Case{"a profile of two files",
               {{"AWS_PROFILE=base"},
                {{".aws/credentials", kKeysOfBase + std::string("aws_session_token = token\n")},
                 {".aws/config",
                  "[default]\nregion = eu-west-1\n[profile base]\ns3 =\n  region = eu-west-2\nregion=eu-central-1\n"}}},
               {"KEYOFBASE", "eu-central-1", "token"}},
          Case{"the same where variables say",
               {{"AWS_PROFILE=base", "AWS_SHARED_CREDENTIALS_FILE=HOME/keys", "AWS_CONFIG_FILE=HOME/settings"},
                {{"keys", kKeysOfBase}, {"settings", "[profile base]\nregion = eu-central-1\n"}}},
               {"KEYOFBASE", "eu-central-1"}},
          Case{"keys before a profile",
               {{key, secret, "AWS_PROFILE=base"}, {{".aws/credentials", kKeysOfBase}}},
               {"KEY", "us-east-1"}},
          Case{
              "a profile that asks a program",
              {{"AWS_PROFILE=asks"},
               {{"program",
                 "#!/bin/sh\necho '{\"Version\": 1, \"AccessKeyId\": \"KEYOFPROGRAM\", \"SecretAccessKey\": \"s\"}'\n"},
                {".aws/config", "[profile asks]\ncredential_process = sh -c $HOME/program\n"}}},
              {"KEYOFPROGRAM", "us-east-1"}},
          Case{"a role",
               {{"AWS_PROFILE=role"},
                {{".aws/credentials", kKeysOfBase},
                 {".aws/config", role + "source_profile = base\nregion = eu-central-1\n"}}},
               {"KEYOFROLE", "eu-central-1", "token-of-role"}},
          Case{"keys before a role",
               {{key, secret, "AWS_PROFILE=role"},
                {{".aws/credentials", kKeysOfBase}, {".aws/config", role + "source_profile = base\n"}}},
               {"KEY", "us-east-1"}},
          Case{"a role of a container's keys",
               {{"AWS_PROFILE=role", "AWS_CONTAINER_CREDENTIALS_FULL_URI=" + url + "/container"},
                {{".aws/config", role + "credential_source = EcsContainer\n"}}},
               {"KEYOFROLE", "us-east-1", "token-of-role"}},
          Case{"a container",
               {{"AWS_CONTAINER_CREDENTIALS_FULL_URI=" + url + "/container"}},
               {"KEYOFMACHINE", "us-east-1", "token-of-machine"}},
          Case{"a machine",
               {{"AWS_EC2_METADATA_SERVICE_ENDPOINT=" + url}},
               {"KEYOFMACHINE", "us-east-1", "token-of-machine"}},
          Case{"nobody, by a flag", {{key, secret}, {}, {"--no_auth"}}, {}},
      }) {
    SCOPED_TRACE(c.what);
    const std::size_t before = aws.heads().size();
    Around around = c.around;
    around.environment.push_back(endpoint);
    const ProgramResult result = List(around);
    EXPECT_EQ(result.out, "s3://klay/music/a.wav\n") << result.err;
    const std::vector<std::string> heads = aws.heads();
    std::vector<Asker> askers;
    for (std::size_t i = before; i < heads.size(); ++i) {
      if (IsOfBucket(heads[i])) askers.push_back(AskerOf(heads[i]));
    }
    EXPECT_THAT(askers, AllOf(Not(IsEmpty()), Each(c.expected)));
  }
}

// A token service is asked with the keys of the source, at its own endpoint.
TEST(S3Credentials, ARoleIsAskedForWithTheKeysOfItsSource) {
  const AnsweringServer sts(&Aws);
  const AnsweringServer s3(&Aws);
  const ProgramResult result =
      List({{"AWS_PROFILE=role", "AWS_ENDPOINT_URL=http://" + s3.endpoint(),
             "AWS_ENDPOINT_URL_STS=http://" + sts.endpoint() + "/sts"},
            {{".aws/credentials", kKeysOfBase},
             {".aws/config", "[profile role]\nrole_arn = arn:aws:iam::1:role/listener\nsource_profile = base\n"}}});
  EXPECT_EQ(result.out, "s3://klay/music/a.wav\n") << result.err;
  ASSERT_THAT(sts.heads(), Each(StartsWith("POST /sts ")));
  ASSERT_FALSE(sts.heads().empty());
  EXPECT_EQ(AskerOf(sts.heads()[0]), (Asker{"KEYOFBASE", "us-east-1"}));
  EXPECT_THAT(s3.heads(), Each(Not(StartsWith("POST "))));
}

// What tells a container's keys is told the container's token, and what tells a machine's is asked for a session first.
TEST(S3Credentials, WhoGivesKeysIsAskedAsItWants) {
  const AnsweringServer aws(&Aws);
  const std::string url = "http://" + aws.endpoint();
  List({{"AWS_ENDPOINT_URL=" + url, "AWS_CONTAINER_CREDENTIALS_FULL_URI=" + url + "/container",
         "AWS_CONTAINER_AUTHORIZATION_TOKEN=Basic of-container"}});
  ASSERT_FALSE(aws.heads().empty());
  EXPECT_THAT(aws.heads()[0], StartsWith("GET /container "));
  EXPECT_EQ(HeaderOf(aws.heads()[0], "authorization"), "Basic of-container");

  const std::size_t before = aws.heads().size();
  List({{"AWS_ENDPOINT_URL=" + url, "AWS_EC2_METADATA_SERVICE_ENDPOINT=" + url}});
  ASSERT_GT(aws.heads().size(), before + 1);
  EXPECT_THAT(aws.heads()[before], StartsWith("PUT /latest/api/token "));
  EXPECT_EQ(HeaderOf(aws.heads()[before + 1], "x-aws-ec2-metadata-token"), "token-of-session");
}

TEST(S3Credentials, TheNearestEndpointIsAsked) {
  const AnsweringServer asked(&Aws);
  const AnsweringServer other(&Aws);
  const std::string there = "http://" + asked.endpoint();
  const std::string elsewhere = "http://" + other.endpoint();
  const std::vector<std::string> keys = {"AWS_ACCESS_KEY_ID=KEY", "AWS_SECRET_ACCESS_KEY=s"};
  for (Around around : {
           Around{{"AWS_ENDPOINT_URL=" + there}},
           Around{{"AWS_ENDPOINT_URL_S3=" + there, "AWS_ENDPOINT_URL=" + elsewhere}},
           Around{
               {"AWS_ENDPOINT_URL_S3=" + elsewhere, "AWS_ENDPOINT_URL=" + elsewhere}, {}, {"--s3_endpoint_url", there}},
           Around{{}, {{".aws/config", "[default]\nendpoint_url = " + there + "\n"}}},
           Around{{"AWS_ENDPOINT_URL=" + there}, {{".aws/config", "[default]\nendpoint_url = " + elsewhere + "\n"}}},
       }) {
    around.environment.insert(around.environment.end(), keys.begin(), keys.end());
    SCOPED_TRACE(testing::PrintToString(around.environment) + testing::PrintToString(around.files));
    const int before = asked.requests();
    EXPECT_EQ(List(around).out, "s3://klay/music/a.wav\n");
    EXPECT_GT(asked.requests(), before);
    EXPECT_EQ(other.requests(), 0);
  }
}

// It is not asked as nobody then.
TEST(S3Credentials, ARoleWithoutKeysIsNamed) {
  const AnsweringServer refusing(Answer{.status = 403,
                                        .type = "text/xml",
                                        .body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
                                                "<Message>No</Message></Error></ErrorResponse>"});
  const std::string role = "[profile role]\nrole_arn = arn:aws:iam::1:role/listener\n";
  struct Case {
    std::string config;
    std::string sentence;
  };
  for (const Case& c : {
           Case{role + "source_profile = base\n", "the profile role was not given the keys of its role"},
           Case{role + "source_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n", "wants a number to be typed in"},
           Case{role + "source_profile = other\n[profile other]\nrole_arn = arn:aws:iam::1:role/other\n",
                "assumes one role by another"},
       }) {
    SCOPED_TRACE(c.config);
    ExpectOneSentence(List({{"AWS_PROFILE=role", "AWS_ENDPOINT_URL=http://" + refusing.endpoint()},
                            {{".aws/credentials", kKeysOfBase}, {".aws/config", c.config}}}),
                      "s3://klay/music/", c.sentence);
  }
  EXPECT_THAT(refusing.heads(), Each(StartsWith("POST ")));
}

}  // namespace
}  // namespace klay
