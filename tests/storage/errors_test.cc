// What klay-beam says where a store gives nothing: one sentence that names what was asked for and what to do about it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/storage/answering_server.h"
#include "tests/storage/files_at.h"
#include "tests/storage/one_sentence.h"
#include "tests/storage/run_with.h"
#include "tests/storage/sockets.h"

namespace klay {
namespace {

using beam::internal::UniqueFd;
using beam::testing_files::ErrorOf;
using beam::testing_files::TestFolder;
using beam::testing_storage::Answer;
using beam::testing_storage::AnsweringServer;
using testing::AllOf;
using testing::HasSubstr;

// What one command takes to know that it is refused, why, and of which bucket; AWS' client takes a store's clock for
// its own and tries again.
constexpr int kMostAttempts = 8;

// How klay-beam finds a store at HOST:PORT.
struct Way {
  std::vector<std::string> environment;
  std::vector<std::string> flags;
};

Way WayTo(const std::string& scheme, const std::string& endpoint) {
  const std::size_t colon = endpoint.find(':');
  if (scheme == "gs") return {{"STORAGE_EMULATOR_HOST=http://" + endpoint}, {}};
  if (scheme == "s3") {
    return {{"AWS_ENDPOINT_URL=http://" + endpoint, "AWS_ACCESS_KEY_ID=klay", "AWS_SECRET_ACCESS_KEY=beam"}, {}};
  }
  if (scheme == "abfs") {
    return {{"AZURE_STORAGE_CONNECTION_STRING=AccountName=klay;AccountKey=a2xheQ==;BlobEndpoint=http://" + endpoint
             + "/klay"},
            {}};
  }
  return {{}, {"--hdfs_host", endpoint.substr(0, colon), "--hdfs_port", endpoint.substr(colon + 1)}};
}

// As the services document their answers.
Answer S3(int status, const std::string& code) {
  return {.status = status,
          .type = "application/xml",
          .body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code
              + "</Code><Message>As it says</Message><RequestId>1</RequestId></Error>"};
}
Answer Gcs(int status, const std::string& reason) {
  return {.status = status,
          .type = "application/json",
          .body = R"({"error":{"code":)" + std::to_string(status) + R"(,"message":"As it says",)"
              + R"("errors":[{"message":"As it says","domain":"global","reason":")" + reason + R"("}]}})"};
}
Answer Azure(int status, const std::string& code) {
  return {.status = status,
          .headers = "x-ms-error-code: " + code + "\r\n",
          .type = "application/xml",
          .body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>" + code
              + "</Code><Message>As it says</Message></Error>"};
}
Answer Hdfs(int status, const std::string& exception) {
  return {.status = status,
          .type = "application/json",
          .body = R"({"RemoteException":{"exception":")" + exception
              + R"(","javaClassName":"org.apache.hadoop","message":"As it says"}})"};
}

TEST(StoreErrors, ARefusedRequestHasARemedy) {
  struct Case {
    std::string scheme;
    Answer answer;
    std::string sentence;
  };
  for (const Case& c : {
           Case{"s3", S3(403, "AccessDenied"), "needs s3:ListBucket and s3:GetObject"},
           Case{"s3", S3(403, "InvalidAccessKeyId"), "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"},
           Case{"s3", S3(403, "SignatureDoesNotMatch"), "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"},
           Case{"s3", S3(400, "ExpiredToken"), "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"},
           Case{"s3", S3(403, "RequestTimeTooSkewed"), "this machine's clock is wrong"},
           Case{"s3", S3(301, "PermanentRedirect"), "name that with --s3_region_name"},
           Case{"s3", S3(400, "AuthorizationHeaderMalformed"), "name that with --s3_region_name"},
           Case{"s3", S3(404, "NoSuchBucket"), "no such object or bucket; check the name"},
           Case{"gs", Gcs(401, "authError"), "gcloud auth application-default login"},
           Case{"gs", Gcs(403, "forbidden"), "Storage Object Viewer"},
           Case{"gs", Gcs(404, "notFound"), "no such object or bucket; check the name"},
           Case{"abfs", Azure(403, "AuthenticationFailed"), "AZURE_STORAGE_ACCOUNT"},
           Case{"abfs", Azure(403, "AuthorizationPermissionMismatch"), "Storage Blob Data Reader"},
           Case{"abfs", Azure(403, "AuthorizationFailure"), "Storage Blob Data Reader"},
           Case{"abfs", Azure(403, "InsufficientAccountPermissions"), "Storage Blob Data Reader"},
           Case{"abfs", Azure(404, "ContainerNotFound"), "no such object or bucket; check the name"},
           Case{"abfs", Azure(404, "ResourceNotFound"), "no such object or bucket; check the name"},
           Case{"hdfs", Hdfs(403, "AccessControlException"), "(--hdfs_user)"},
       }) {
    const AnsweringServer server(c.answer);
    const Way way = WayTo(c.scheme, server.endpoint());
    const TestFolder local;
    local.File("a.wav", "bytes");
    const std::string folder = c.scheme + "://klay/music/";
    for (const std::vector<std::string>& arguments : {
             std::vector<std::string>{"ls", folder + "*.wav"},
             std::vector<std::string>{"cp", local / "a.wav", folder + "a.wav", "--overwrite"},
         }) {
      SCOPED_TRACE(c.answer.body + testing::PrintToString(arguments));
      std::vector<std::string> all = arguments;
      all.insert(all.end(), way.flags.begin(), way.flags.end());
      // A listing that finds nothing names the bucket.
      const int before = server.requests();
      ExpectOneSentence(RunWith(way.environment, {}, all), c.scheme + "://klay", c.sentence);
      // Nothing is tried again that a user has to mend.
      EXPECT_LE(server.requests() - before, kMostAttempts);
    }
  }
}

// A store that is busy is tried again for a minute, and this is what is said then. Throttled clients are told so in the
// same way by all stores.
TEST(StoreErrors, AStoreThatStaysBusyIsNamed) {
  struct Case {
    std::string scheme;
    Answer answer;
  };
  for (const Case& c : {
           Case{"s3", S3(503, "SlowDown")},
           Case{"s3", S3(500, "InternalError")},
           Case{"gs", Gcs(429, "rateLimitExceeded")},
           Case{"gs", Gcs(403, "userRateLimitExceeded")},
           Case{"gs", Gcs(503, "backendError")},
           Case{"abfs", Azure(503, "ServerBusy")},
       }) {
    SCOPED_TRACE(c.scheme + c.answer.body);
    const AnsweringServer server(c.answer);
    const auto files = beam::testing_storage::FilesAt(
        c.scheme, server.endpoint(),
        {.policy = {.pauses = {std::chrono::milliseconds(1), std::chrono::milliseconds(1)},
                    .busy = std::chrono::milliseconds(0)}});
    const std::string path = c.scheme + "://klay/music/a.wav";
    EXPECT_THAT(ErrorOf([&] { files->OpenRead(path); }),
                AllOf(HasSubstr("\"" + path + "\": the store was busy"), HasSubstr("try later")));
  }
}

// S3 says so by the checksum that AWS' client sends along.
TEST(StoreErrors, BytesThatCameDamagedAreSentAgain) {
  const AnsweringServer server(S3(400, "BadDigest"));
  const auto files =
      beam::testing_storage::FilesAt("s3", server.endpoint(),
                                     {.policy = {.pauses = {std::chrono::milliseconds(1), std::chrono::milliseconds(1)},
                                                 .busy = std::chrono::milliseconds(200)}});
  const std::unique_ptr<beam::ByteSink> sink = files->OpenWrite("s3://klay/a.wav");
  sink->Write("bytes", 5);
  EXPECT_THAT(ErrorOf([&] { sink->Finish(); }), HasSubstr("BadDigest"));
  EXPECT_GT(server.requests(), 2);
}

// The end of an upload in parts was asked for once more, as the first answer was lost, and the store has forgotten it.
TEST(StoreErrors, AnUploadThatIsForgottenIsSentAnew) {
  std::atomic<int> uploads = 0;
  const AnsweringServer server([&](const std::string& head, const std::string&) -> Answer {
    if (head.starts_with("PUT ")) return {.headers = "ETag: \"part\"\r\n"};
    if (head.find("?uploads") != std::string::npos) {
      return {.type = "application/xml",
              .body = "<InitiateMultipartUploadResult><Bucket>klay</Bucket><Key>a.wav</Key><UploadId>"
                  + std::to_string(++uploads) + "</UploadId></InitiateMultipartUploadResult>"};
    }
    if (head.find("uploadId=1 ") != std::string::npos) return S3(404, "NoSuchUpload");
    return {.type = "application/xml",
            .body =
                "<CompleteMultipartUploadResult><Bucket>klay</Bucket><Key>a.wav</Key><ETag>\"whole\"</ETag>"
                "</CompleteMultipartUploadResult>"};
  });
  const auto files = beam::testing_storage::FilesAt("s3", server.endpoint());
  const std::unique_ptr<beam::ByteSink> sink = files->OpenWrite("s3://klay/a.wav");
  const std::string bytes(std::size_t{12} << 20, 'x');
  sink->Write(bytes.data(), bytes.size());
  sink->Finish();
  EXPECT_EQ(uploads, 2);
}

// Nothing listens there, or no such host is known.
TEST(StoreErrors, AnUnreachableStoreIsNamedWithItsSettings) {
  std::string closed;
  {
    const AnsweringServer server(Answer{});
    closed = server.endpoint();
  }
  struct Case {
    std::string scheme;
    std::string sentence;
  };
  for (const Case& c : {Case{"s3", "AWS_ENDPOINT_URL"}, Case{"gs", "STORAGE_EMULATOR_HOST"},
                        Case{"abfs", "BlobEndpoint"}, Case{"hdfs", "--hdfs_port"}}) {
    const std::string path = c.scheme + "://klay/music/";
    for (const std::string& endpoint : {closed, std::string("no-such-host.invalid:80")}) {
      SCOPED_TRACE(c.scheme + " " + endpoint);
      const Way way = WayTo(c.scheme, endpoint);
      for (const std::vector<std::string>& arguments : {
               std::vector<std::string>{"stat", path},
               std::vector<std::string>{"run-example", "--source_audio_path", path, "--source_audio_suffix", ".wav",
                                        "--quiet"},
           }) {
        std::vector<std::string> all = arguments;
        all.insert(all.end(), way.flags.begin(), way.flags.end());
        ExpectOneSentence(RunWith(way.environment, {}, all), path, c.sentence);
      }
    }
  }
}

// What is sent there is swallowed, as by a firewall: a connection is waited for seconds, not minutes.
TEST(StoreErrors, AStoreThatSwallowsConnectionsIsUnreachable) {
  std::string endpoint;
  const UniqueFd listening = beam::testing_storage::Listen(endpoint, 0);
  // Nobody takes it: the queue is full, and the system answers nobody else.
  const UniqueFd waiting = beam::testing_storage::ConnectTo(endpoint);
  std::vector<std::thread> commands;
  for (const auto& [scheme, sentence] : std::map<std::string, std::string>{{"s3", "AWS_ENDPOINT_URL"},
                                                                           {"gs", "STORAGE_EMULATOR_HOST"},
                                                                           {"abfs", "BlobEndpoint"},
                                                                           {"hdfs", "--hdfs_port"}}) {
    for (const char* const command : {"stat", "ls", "cat"}) {
      commands.emplace_back([=] {
        SCOPED_TRACE(scheme + " " + command);
        const std::string path = scheme + "://klay/music/a.wav";
        const Way way = WayTo(scheme, endpoint);
        std::vector<std::string> arguments = {command, path};
        arguments.insert(arguments.end(), way.flags.begin(), way.flags.end());
        ExpectOneSentence(RunWith(way.environment, {}, arguments), path, sentence);
      });
    }
  }
  for (std::thread& command : commands) command.join();
}

TEST(StoreErrors, WithoutCredentialsTheyTellWhereToGetThem) {
  const AnsweringServer refusing(S3(403, "AccessDenied"));
  const TestFolder empty;
  struct Case {
    std::string path;
    std::vector<std::string> environment;
    std::string sentence;
  };
  for (const Case& c : {
           Case{"gs://klay/a.wav",
                {"GOOGLE_APPLICATION_CREDENTIALS=" + empty / "no.json"},
                "gcloud auth application-default login"},
           Case{"s3://klay/a.wav", {"AWS_ENDPOINT_URL=http://" + refusing.endpoint()}, "set AWS_ACCESS_KEY_ID"},
           Case{"abfs://klay/a.wav", {}, "set AZURE_STORAGE_CONNECTION_STRING"},
       }) {
    SCOPED_TRACE(c.path);
    std::vector<std::string> environment = {"HOME=" + empty.path(), "AWS_EC2_METADATA_DISABLED=true"};
    environment.insert(environment.end(), c.environment.begin(), c.environment.end());
    ExpectOneSentence(RunWith(environment,
                              {"STORAGE_EMULATOR_HOST", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE",
                               "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT"},
                              {"cat", c.path}),
                      c.path, c.sentence);
  }
}

}  // namespace
}  // namespace klay
