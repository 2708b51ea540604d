// GcsStore, by the file system on it, against a server of these tests' own that fails as it is told. What an emulator
// does is tested in tests/storage.
#include "beam/io/gcs/gcs_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "beam/base/crc32c.h"
#include "beam/io/file_systems.h"
#include "beam/io/gcs/gcs_answers.h"
#include "beam/io/gcs/gcs_reader.h"
#include "beam/io/gcs/gcs_upload.h"
#include "beam/io/gcs/test_multipart.h"
#include "beam/io/object_file_system.h"
#include "beam/io/object_requests.h"
#include "beam/io/readable_file.h"
#include "beam/io/test_files.h"
#include "beam/io/test_http_server.h"

namespace beam {
namespace {

using internal::Crc32cText;
using internal::GcsHttp;
using internal::GcsStore;
using internal::kGcsSingleUploadBytes;
using internal::kGcsStreamBytes;
using internal::kGcsUploadPartBytes;
using internal::ObjectRequests;
using internal::ObjectStore;
using internal::RetryPolicy;
using internal::StoreAnswer;
using internal::StoreVerb;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_files::ErrorOf;
using testing_files::ReadWhole;
using testing_http::Reply;
using testing_http::Request;
using testing_http::TestHttpServer;
using Json = nlohmann::json;

std::string Letters(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i * i / 7 % 26);
  return bytes;
}

// Tokens of the form "token-1", "token-2", ...
struct CountingTokens final : internal::TokenSource {
  internal::FetchedToken Fetch() override { return {"token-" + std::to_string(++count), std::chrono::seconds(3600)}; }
  int count = 0;
};

// The object b/a, and what is done to those who ask for it. Requests are numbered from 1.
class GcsStoreTest : public testing::Test {
 protected:
  // `patience` is how long a store that is busy is tried again: here for longer than any test takes.
  explicit GcsStoreTest(std::chrono::milliseconds patience = std::chrono::minutes(5)) : patience_(patience) {}

  using Trouble = std::function<std::optional<Reply>(int number, const Request& request)>;

  static StoreAnswer OpenStore(GcsStoreTest& test, std::unique_ptr<ObjectStore>& store) {
    store = std::make_unique<GcsStore>(std::make_shared<GcsHttp>(
        test.server_.url(), std::make_unique<GoogleCredentials>(std::make_unique<CountingTokens>(), "payer"), false));
    return {};
  }

  Reply Answer(const Request& request) {
    const std::lock_guard lock(mutex_);
    if (std::optional<Reply> reply = trouble_(++number_, request)) return *std::move(reply);
    if (request.target.starts_with("/upload/") || request.target.starts_with("/session")) return Upload(request);
    if (request.target.find("alt=media") != std::string::npos) return Media(request);
    return {.status = 404, .body = R"({"error": {"message": "No such object: b/a"}})"};
  }

  Reply Media(const Request& request) const {
    const std::string range = request.Header("range");  // "bytes=A-B"
    const std::size_t begin = std::stoul(range.substr(6));
    const std::size_t end = std::min(std::stoul(range.substr(range.find('-') + 1)) + 1, object_.size());
    const std::string total = std::to_string(object_.size());
    if (begin >= object_.size()) return {.status = 416, .headers = {"Content-Range: bytes */" + total}};
    return {.status = 206,
            .body = object_.substr(begin, end - begin),
            .headers = {"Content-Range: bytes " + std::to_string(begin) + "-" + std::to_string(end - 1) + "/" + total,
                        "X-Goog-Generation: " + generation_,
                        "X-Goog-Hash: crc32c=" + Crc32cText(Crc32c(told_)) + ",md5=AAAA"}};
  }

  // What Google's server does with uploads, both kinds.
  Reply Upload(const Request& request) {
    if (request.target.find("uploadType=multipart") != std::string::npos) {
      const testing_gcs::Multipart multipart = testing_gcs::ParseMultipart(request);
      EXPECT_EQ(multipart.end, "--\r\n");
      return Store(multipart.metadata, multipart.bytes);
    }
    if (request.target.find("uploadType=resumable") != std::string::npos) {
      metadata_ = Json::parse(request.body);
      received_.clear();
      ++sessions_;
      return {.headers = {"Location: " + server_.url() + "/session/" + std::to_string(sessions_)}};
    }
    if (request.target != "/session/" + std::to_string(sessions_)) return {.status = 404};
    const std::string range = request.Header("content-range");  // "bytes A-B/N" or "bytes */N"
    const std::size_t total = std::stoul(range.substr(range.find('/') + 1));
    if (range.starts_with("bytes */")) {
      EXPECT_TRUE(request.body.empty());
    } else {
      // What comes once more is passed over: the same request may, by another connection.
      const std::size_t begin = std::stoul(range.substr(6));
      EXPECT_LE(begin, received_.size());
      const std::size_t known = std::min(received_.size() - begin, request.body.size());
      received_ += request.body.substr(known, takes_);
    }
    if (received_.size() == total) return Store(metadata_, received_);
    if (received_.empty()) return {.status = 308};
    return {.status = 308, .headers = {"Range: bytes=0-" + std::to_string(received_.size() - 1)}};
  }

  Reply Store(const Json& metadata, const std::string& bytes) {
    EXPECT_EQ(metadata["crc32c"], Crc32cText(Crc32c(bytes)));
    stored_[metadata["name"]] = bytes;
    const Json answer = {{"name", metadata["name"]},
                         {"size", std::to_string(bytes.size())},
                         {"crc32c", Crc32cText(Crc32c(told_stored_.value_or(bytes)))}};
    return {.body = answer.dump()};
  }

  void Put(const std::string& path, std::string_view bytes) {
    const std::unique_ptr<ByteSink> sink = files_.OpenWrite(path);
    sink->Write(bytes.data(), bytes.size());
    sink->Finish();
    EXPECT_TRUE(sink->IsConfirmed());
  }
  std::uint64_t Count(StoreVerb verb) const { return requests_->counts()[static_cast<std::size_t>(verb)]; }
  void SetObject(const std::string& bytes) { object_ = told_ = bytes; }

  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  Trouble trouble_ = [](int, const Request&) { return std::nullopt; };
  int number_ = 0;
  std::string object_, told_;  // what it is, and what the checksum is of
  std::string generation_ = "17";
  std::map<std::string, std::string> stored_;
  std::optional<std::string> told_stored_;
  Json metadata_;
  std::string received_;
  std::size_t takes_ = std::string::npos;  // of a part
  int sessions_ = 0;
  TestHttpServer server_{[this](const Request& request) { return Answer(request); }};
  const std::shared_ptr<ObjectRequests> requests_ = std::make_shared<ObjectRequests>(
      "gs", [this](std::unique_ptr<ObjectStore>& store) { return OpenStore(*this, store); },
      RetryPolicy{.pauses = {std::chrono::milliseconds(1), std::chrono::milliseconds(4)},
                  .busy = patience_,
                  .unreachable = std::chrono::milliseconds(20)});
  ObjectFileSystem files_{requests_};
};

// Of a store that is given up.
class ImpatientGcsStoreTest : public GcsStoreTest {
 protected:
  ImpatientGcsStoreTest() : GcsStoreTest(std::chrono::seconds(1)) {}
};

TEST_F(GcsStoreTest, ASmallFileIsOneRequestToReadAndOneToWrite) {
  SetObject(Letters(3'000'000));
  const std::unique_ptr<ByteSource> source = files_.OpenRead("gs://b/folder/a#1.mp3");
  EXPECT_EQ(source->Size(), object_.size());
  // As who looks for tags at the end, and goes back.
  source->Seek(object_.size() - 128);
  char tag[128];
  EXPECT_GT(source->Read(tag, sizeof tag), 0u);
  source->Seek(0);
  EXPECT_TRUE(ReadWhole(*source) == object_);
  Put("gs://b/out/1.mp3", object_);
  EXPECT_TRUE(stored_["out/1.mp3"] == object_);

  const std::vector<Request> requests = server_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].target, "/storage/v1/b/b/o/folder%2Fa%231.mp3?alt=media");
  EXPECT_EQ(requests[0].Header("authorization"), "Bearer token-1");
  EXPECT_EQ(requests[0].Header("x-goog-user-project"), "payer");
  EXPECT_EQ(requests[0].Header("range"), "bytes=0-" + std::to_string(kGcsStreamBytes - 1));
  EXPECT_EQ(Count(StoreVerb::kOpen), 1u);
  EXPECT_EQ(Count(StoreVerb::kRead), 0u);
  EXPECT_EQ(Count(StoreVerb::kWrite), 1u);
}

TEST_F(GcsStoreTest, AnEmptyObjectIsReadAndWritten) {
  SetObject("");
  EXPECT_EQ(ReadWhole(*files_.OpenRead("gs://b/a")), "");
  Put("gs://b/empty", "");
  EXPECT_EQ(stored_.at("empty"), "");
}

TEST_F(GcsStoreTest, AStormOf503sAndCutsLosesNothing) {
  SetObject(Letters(9'000'000));
  trouble_ = [](int number, const Request&) -> std::optional<Reply> {
    if (number % 3 == 1) return Reply{.status = 503, .body = "slow down"};
    if (number % 3 == 2) return Reply{.close_at_once = true};
    return std::nullopt;
  };
  EXPECT_TRUE(ReadWhole(*files_.OpenRead("gs://b/a")) == object_);
  Put("gs://b/new", object_);
  EXPECT_TRUE(stored_["new"] == object_);
}

TEST_F(GcsStoreTest, ACutBodyIsFetchedFromWhereItWasCut) {
  SetObject(Letters(5'000'000));
  trouble_ = [this](int number, const Request& request) -> std::optional<Reply> {
    if (number != 1) return std::nullopt;
    Reply reply = Media(request);
    reply.cut_after = 2'000'000;
    return reply;
  };
  EXPECT_TRUE(ReadWhole(*files_.OpenRead("gs://b/a")) == object_);
  const std::vector<Request> requests = server_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[1].Header("range"), "bytes=2000000-4999999");
  EXPECT_THAT(requests[1].target, HasSubstr("ifGenerationMatch=17"));
}

TEST_F(GcsStoreTest, NoticesWrongBytes) {
  for (const std::size_t size : {std::size_t{100}, std::size_t{20'000'000}}) {
    SetObject(Letters(size));
    object_[size / 2] ^= 1;
    EXPECT_THAT(ErrorOf([&] { ReadWhole(*files_.OpenRead("gs://b/a")); }),
                AllOf(HasSubstr("gs://b/a"), HasSubstr("damaged")));
  }
}

TEST_F(ImpatientGcsStoreTest, NoticesThatAnUploadWasStoredWrong) {
  told_stored_ = "other bytes";
  EXPECT_THAT(ErrorOf([&] { Put("gs://b/a", "bytes"); }), HasSubstr("other bytes"));
  told_stored_.reset();
  Put("gs://b/a", "bytes");
  EXPECT_EQ(stored_["a"], "bytes");
}

TEST_F(GcsStoreTest, NoticesAnotherGeneration) {
  SetObject(Letters(20'000'000));
  const std::unique_ptr<ByteSource> source = files_.OpenRead("gs://b/a");
  generation_ = "18";
  EXPECT_THAT(ErrorOf([&] { ReadWhole(*source); }), AllOf(HasSubstr("gs://b/a"), HasSubstr("replaced")));

  const Reply refusals[] = {{.status = 412, .body = "conditionNotMet"}, {.status = 404}};
  for (const Reply& refusal : refusals) {
    const std::unique_ptr<ByteSource> other = files_.OpenRead("gs://b/a");
    trouble_ = [&](int, const Request&) { return refusal; };
    EXPECT_THAT(ErrorOf([&] { ReadWhole(*other); }), HasSubstr("replaced")) << refusal.status;
    trouble_ = [](int, const Request&) { return std::nullopt; };
  }
}

TEST_F(GcsStoreTest, ComesBackWhenItIsToldTo) {
  SetObject("bytes");
  const struct {
    Reply reply;
    bool comes_back;
  } cases[] = {
      {{.status = 429}, true},
      {{.status = 429, .headers = {"Retry-After: 0"}}, true},
      {{.status = 503, .headers = {"Retry-After: Thu, 01 Jan 1970 00:00:00 GMT"}}, true},
      {{.status = 503, .headers = {"Retry-After: soon"}}, true},
      // Longer than these tests try.
      {{.status = 429, .headers = {"Retry-After: 600"}}, false},
      {{.status = 503, .headers = {"retry-after: Fri, 31 Dec 2100 00:00:00 GMT"}}, false},
      {{.status = 403,
        .body = R"({"error": {"errors": [{"reason": "rateLimitExceeded"}]}})",
        .headers = {"Retry-After: 600"}},
       false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::to_string(c.reply.status) + (c.reply.headers.empty() ? "" : " " + c.reply.headers[0]));
    const std::size_t before = server_.requests().size();
    number_ = 0;
    trouble_ = [&](int number, const Request&) { return number == 1 ? std::optional(c.reply) : std::nullopt; };
    if (c.comes_back) {
      EXPECT_EQ(ReadWhole(*files_.OpenRead("gs://b/a")), "bytes");
    } else {
      EXPECT_THAT(ErrorOf([&] { files_.OpenRead("gs://b/a"); }), HasSubstr("busy"));
    }
    EXPECT_EQ(server_.requests().size(), before + (c.comes_back ? 2 : 1));
  }
}

// One request reads a small file that was listed; what was put there meanwhile is not taken for it.
TEST_F(GcsStoreTest, AFileIsTheGenerationThatWasListed) {
  SetObject(Letters(3'000'000));
  trouble_ = [this](int, const Request& request) -> std::optional<Reply> {
    if (request.target.find("alt=media") != std::string::npos) return std::nullopt;
    EXPECT_THAT(request.target, AllOf(HasSubstr("fields="), HasSubstr("generation")));
    const Json object = {{"name", "a"},
                         {"size", std::to_string(object_.size())},
                         {"updated", "1970-01-02T00:00:00Z"},
                         {"generation", generation_}};
    const bool is_listing = request.target.find("/o?") != std::string::npos;
    return Reply{.body = (is_listing ? Json{{"items", Json::array({object})}} : object).dump()};
  };
  const auto files = std::shared_ptr<FileSystem>(std::shared_ptr<void>(), &files_);
  const ScopedFileSystem scope("gs", files);
  FileMetadata listed;
  ASSERT_TRUE(files_.List("gs://b/", {})->Next(listed));
  EXPECT_EQ(listed.version, 17);
  EXPECT_EQ(files_.Status("gs://b/a")->metadata, listed);
  const ReadableFile file{listed};
  const std::size_t before = server_.requests().size();
  EXPECT_TRUE(file.Read() == object_);
  file.CheckUnchanged();
  EXPECT_EQ(server_.requests().size(), before + 1);

  generation_ = "18";
  EXPECT_THAT(ErrorOf([&] { file.Open(); }), HasSubstr("\"gs://b/a\" was changed or replaced after it was listed"));
  SetObject("");
  EXPECT_THAT(ErrorOf([&] { file.Open(); }), HasSubstr("changed or replaced"));
  // An empty object tells no generation.
  ASSERT_TRUE(files_.List("gs://b/", {})->Next(listed));
  EXPECT_EQ(ReadableFile{listed}.Read(), "");
}

TEST_F(GcsStoreTest, ARefusedTokenIsReplacedOnce) {
  SetObject("bytes");
  trouble_ = [](int, const Request& request) -> std::optional<Reply> {
    if (request.Header("authorization") == "Bearer token-2") return std::nullopt;
    return Reply{.status = 401, .body = R"({"error": {"message": "Invalid Credentials"}})"};
  };
  EXPECT_EQ(ReadWhole(*files_.OpenRead("gs://b/a")), "bytes");
  EXPECT_EQ(Count(StoreVerb::kOpen), 2u);
  trouble_ = [](int, const Request&) { return Reply{.status = 401, .body = "no"}; };
  EXPECT_THAT(ErrorOf([&] { files_.OpenRead("gs://b/a"); }), HasSubstr("GOOGLE_APPLICATION_CREDENTIALS"));
}

struct StatusCase {
  int status;
  const char* body;
  const char* error;
  bool tried_again;
};

TEST_F(ImpatientGcsStoreTest, TellsStatusesApart) {
  const StatusCase cases[] = {
      {404, R"({"error": {"message": "No such object"}})", "check the name", false},
      {403, R"({"error": {"message": "worker@x does not have storage.objects.get access"}})", "worker@x", false},
      {403, R"({"error": {"message": "rate", "errors": [{"reason": "rateLimitExceeded"}]}})", "busy", true},
      {400, R"({"error": {"message": "Invalid bucket name"}})", "Invalid bucket name", false},
      {429, "", "busy", true},
      {408, "", "busy", true},
      {500, "oops", "busy", true},
  };
  for (const StatusCase& c : cases) {
    trouble_ = [&](int, const Request&) { return Reply{.status = c.status, .body = c.body}; };
    const std::uint64_t before = Count(StoreVerb::kOpen);
    EXPECT_THAT(ErrorOf([&] { files_.OpenRead("gs://b/a"); }), AllOf(HasSubstr("gs://b/a"), HasSubstr(c.error)));
    EXPECT_EQ(Count(StoreVerb::kOpen) - before > 1, c.tried_again) << c.status << c.body;
  }
}

// Resumable uploads.

TEST_F(GcsStoreTest, ALargeObjectIsSentInParts) {
  const std::string bytes = Letters(kGcsUploadPartBytes + 1'000'000);
  Put("gs://b/large", bytes);
  EXPECT_TRUE(stored_["large"] == bytes);
  EXPECT_EQ(Count(StoreVerb::kWrite), 3u);
}

TEST_F(GcsStoreTest, AnUploadGoesOnFromWhatTheStoreHas) {
  const std::string bytes = Letters(kGcsSingleUploadBytes + 3'000'000);
  takes_ = 8'000'000;
  Put("gs://b/large", bytes);
  EXPECT_TRUE(stored_["large"] == bytes);
  // Begin; 8, 8, the rest of at most 8: by 308 each time but the last.
  EXPECT_EQ(Count(StoreVerb::kWrite), 1 + (bytes.size() + takes_ - 1) / takes_);
}

TEST_F(GcsStoreTest, AnUploadThatIsInterruptedIsAskedHowFarItCame) {
  const std::string bytes = Letters(kGcsSingleUploadBytes + 3'000'000);
  takes_ = 6'000'000;
  // The answers to the second and third request after the beginning are lost: one took bytes, the other did not.
  trouble_ = [this](int number, const Request& request) -> std::optional<Reply> {
    if (number == 2) {
      Upload(request);
      return Reply{.close_at_once = true};
    }
    if (number == 4) return Reply{.status = 503};
    return std::nullopt;
  };
  Put("gs://b/large", bytes);
  EXPECT_TRUE(stored_["large"] == bytes);
  EXPECT_EQ(sessions_, 1);
}

TEST_F(GcsStoreTest, AnUploadWhoseEndWasLostIsFound) {
  const std::string bytes = Letters(kGcsSingleUploadBytes + 1);
  trouble_ = [this](int number, const Request& request) -> std::optional<Reply> {
    if (number != 2) return std::nullopt;
    Upload(request);
    return Reply{.status = 500};
  };
  Put("gs://b/large", bytes);
  EXPECT_TRUE(stored_["large"] == bytes);
  EXPECT_EQ(Count(StoreVerb::kWrite), 3u);
}

TEST_F(GcsStoreTest, AnUploadThatIsGoneIsBegunAnew) {
  for (const int status : {404, 410}) {
    number_ = 0;
    trouble_ = [&](int number, const Request&) -> std::optional<Reply> {
      return number == 2 ? std::optional(Reply{.status = status}) : std::nullopt;
    };
    const std::string bytes = Letters(kGcsSingleUploadBytes + 1);
    stored_.clear();
    sessions_ = 0;
    Put("gs://b/large", bytes);
    EXPECT_TRUE(stored_["large"] == bytes);
    EXPECT_EQ(sessions_, 2);
  }
}

// Listing.

TEST_F(GcsStoreTest, ListsPagesAndTriesOneAgain) {
  trouble_ = [](int number, const Request& request) -> std::optional<Reply> {
    EXPECT_THAT(request.target, AllOf(HasSubstr("/storage/v1/b/b/o?"), HasSubstr("&prefix=m%2F")));
    const bool second = request.target.find("pageToken=next%3D1") != std::string::npos;
    if (number == 1 || (second && number == 3)) return Reply{.status = 503};
    Json page = {{"kind", "storage#objects"}};
    if (!second) page["nextPageToken"] = "next=1";
    for (int i = 0; i < 3; ++i) {
      page["items"].push_back({{"name", "m/" + std::to_string(second) + std::to_string(i)},
                               {"size", "5"},
                               {"updated", "1970-01-02T00:00:00.5Z"},
                               {"generation", "1767225600000000"},
                               {"metadata", {{"name", "x"}, {"generation", "1"}}}});
    }
    return Reply{.body = page.dump()};
  };
  std::vector<std::string> paths;
  const std::unique_ptr<FileListing> listing = files_.List("gs://b/m/", {});
  for (FileMetadata entry; listing->Next(entry);) {
    paths.push_back(entry.path);
    EXPECT_EQ(entry.size_in_bytes, 5);
    EXPECT_EQ(entry.last_updated_in_seconds, 86'400.5);
    EXPECT_EQ(entry.version, 1'767'225'600'000'000);
  }
  EXPECT_THAT(paths,
              ElementsAre("gs://b/m/00", "gs://b/m/01", "gs://b/m/02", "gs://b/m/10", "gs://b/m/11", "gs://b/m/12"));
  EXPECT_EQ(Count(StoreVerb::kList), 4u);
}

TEST_F(GcsStoreTest, ABucketThatIsNotThereIsNamed) {
  EXPECT_THAT(ErrorOf([&] {
                FileMetadata entry;
                files_.List("gs://missing/", {})->Next(entry);
              }),
              AllOf(HasSubstr("gs://missing/"), HasSubstr("check the name")));
}

TEST_F(GcsStoreTest, ACopyIsOfTheGenerationThatWasListed) {
  trouble_ = [&](int, const Request& request) -> std::optional<Reply> {
    EXPECT_THAT(request.target, HasSubstr("/b/b/o/from%2Fa/rewriteTo/b/b/o/to%2Fa?"));
    const bool is_there = request.target.find("&ifSourceGenerationMatch=7") != std::string::npos;
    return is_there ? Reply{.body = R"({"done": true})"} : Reply{.status = 412, .body = "conditionNotMet"};
  };
  files_.Copy({.path = "gs://b/from/a", .size_in_bytes = 1, .last_updated_in_seconds = 1, .version = 7}, "gs://b/to/a");
  EXPECT_THAT(ErrorOf([&] {
                files_.Copy({.path = "gs://b/from/a", .size_in_bytes = 1, .last_updated_in_seconds = 1, .version = 6},
                            "gs://b/to/a");
              }),
              HasSubstr("\"gs://b/from/a\""));
  EXPECT_EQ(Count(StoreVerb::kCopy), 2u);
}

TEST_F(GcsStoreTest, AMoveIsDoneThoughAnAnswerIsLost) {
  bool there = true;
  trouble_ = [&](int number, const Request& request) -> std::optional<Reply> {
    if (request.method == "POST") {
      EXPECT_THAT(request.target, HasSubstr("/b/b/o/from%2Fa/rewriteTo/b/b/o/to%2Fa?"));
      if (!there) return Reply{.status = 404};
      const bool first = request.target.find("rewriteToken=more") == std::string::npos;
      return Reply{.body = first ? R"({"done": false, "rewriteToken": "more"})" : R"({"done": true})"};
    }
    EXPECT_EQ(request.method, "DELETE");
    there = false;
    return number == 3 ? Reply{.status = 500} : Reply{.status = 404};
  };
  files_.Rename("gs://b/from/a", "gs://b/to/a");
  EXPECT_FALSE(there);
  EXPECT_EQ(Count(StoreVerb::kMove), 4u);
}

}  // namespace
}  // namespace beam
