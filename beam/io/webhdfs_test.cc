// WebHdfs, by the file system on it, against a server of these tests' own that fails as it is told: a name node that
// sends everybody on to itself. What Hadoop does is tested in tests/storage.
#include "beam/io/webhdfs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beam/io/hdfs_file_system.h"
#include "beam/io/request_counts.h"
#include "beam/io/test_files.h"
#include "beam/io/test_http_server.h"

namespace beam {
namespace {

using internal::RetryPolicy;
using internal::WebHdfs;
using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_files::ErrorOf;
using testing_files::ReadWhole;
using testing_http::Reply;
using testing_http::Request;
using testing_http::TestHttpServer;
using Json = nlohmann::json;

constexpr RetryPolicy kPatient{.pauses = {milliseconds(1), milliseconds(4)},
                               .busy = std::chrono::minutes(1),
                               .unreachable = std::chrono::minutes(1)};
constexpr RetryPolicy kImpatient{
    .pauses = {milliseconds(1), milliseconds(4)}, .busy = milliseconds(100), .unreachable = milliseconds(100)};

Reply Exception(int status, const std::string& name) {
  return {.status = status,
          .body = Json{{"RemoteException", {{"exception", name}, {"message", "As it says\nat java"}}}}.dump()};
}

// Where nobody listens.
std::string ClosedAuthority() {
  return TestHttpServer([](const Request&) { return Reply{}; }).authority();
}

// The files of the server, and what is done to those who ask. Requests are numbered from 1.
class WebHdfsTest : public testing::Test {
 protected:
  using Trouble = std::function<std::optional<Reply>(int number, const Request& request)>;

  // The file system as it is for who tries for so long.
  HdfsFileSystem Files(const RetryPolicy& policy) const {
    const std::string& authority = server_.authority();
    const std::size_t colon = authority.find(':');
    return HdfsFileSystem(std::make_shared<WebHdfs>(
        HdfsOptions{.host = authority.substr(0, colon), .port = std::stoi(authority.substr(colon + 1)), .user = "klay"},
        policy));
  }

  static std::string Operation(const Request& request) {
    const std::size_t begin = request.target.find("op=") + 3;
    return request.target.substr(begin, request.target.find('&', begin) - begin);
  }

  Reply Answer(const Request& request) {
    const std::lock_guard lock(mutex_);
    if (std::optional<Reply> reply = trouble_(++number_, request)) return *std::move(reply);
    return Serve(request);
  }

  // As if nothing were wrong; the mutex is held.
  Reply Serve(const Request& request) {
    constexpr std::string_view kRoot = "/webhdfs/v1";
    constexpr std::string_view kInodes = "/.reserved/.inodes/";
    std::string path = request.target.substr(kRoot.size(), request.target.find('?') - kRoot.size());
    const std::string operation = Operation(request);
    if (operation == "CREATE" || operation == "OPEN") {
      if (request.target.find("&sent_on") == std::string::npos) {
        return {.status = 307, .headers = {"Location: http://" + data_node_ + request.target + "&sent_on=1"}};
      }
      if (operation == "CREATE") {
        files_[path] = request.body;
        return {.status = 201};
      }
      if (path.starts_with(kInodes)) path = "/a";
    }
    const auto found = files_.find(path);
    const bool there = found != files_.end();
    if (operation == "DELETE") {
      if (there) files_.erase(found);
      return {.body = Json{{"boolean", there}}.dump()};
    }
    if (!there) return Exception(404, "FileNotFoundException");
    if (operation == "OPEN") return {.body = found->second};
    if (operation == "GETFILESTATUS") {
      return {.body = Json{{"FileStatus",
                            {{"pathSuffix", ""},
                             {"type", "FILE"},
                             {"length", found->second.size()},
                             {"modificationTime", 1'000},
                             {"fileId", 16'386}}}}
                          .dump()};
    }
    EXPECT_EQ(operation, "RENAME");
    const std::size_t begin = request.target.find("destination=%2F") + std::string_view("destination=%2F").size();
    const std::string bytes = found->second;
    files_.erase(found);
    files_["/" + request.target.substr(begin, request.target.find('&', begin) - begin)] = bytes;
    return {};
  }

  // The first request for this operation is done, but nobody hears of it.
  Trouble LosesTheAnswerTo(const std::string& operation, bool is_sent_on = false) {
    return [this, operation, is_sent_on, lost = false](int, const Request& request) mutable -> std::optional<Reply> {
      if (lost || Operation(request) != operation) return std::nullopt;
      if (is_sent_on && request.target.find("&sent_on") == std::string::npos) return std::nullopt;
      lost = true;
      Serve(request);
      return Reply{.close_at_once = true};
    };
  }

  void Put(HdfsFileSystem& files, const std::string& path, std::string_view bytes) {
    const std::unique_ptr<ByteSink> sink = files.OpenWrite(path);
    sink->Write(bytes.data(), bytes.size());
    sink->Finish();
  }

  std::mutex mutex_;
  Trouble trouble_ = [](int, const Request&) { return std::nullopt; };
  int number_ = 0;
  std::map<std::string, std::string> files_;
  TestHttpServer server_{[this](const Request& request) { return Answer(request); }};
  std::string data_node_ = server_.authority();
};

// As its server answers where it is not the one that is active, or not yet.
TEST_F(WebHdfsTest, ANameNodeThatStandsByIsWaitedFor) {
  const struct {
    Reply reply;
    const char* error;
  } cases[] = {
      {Exception(403, "StandbyException"), "StandbyException: As it says; try again when the name node is ready"},
      {Exception(403, "SafeModeException"), "SafeModeException: As it says; try again when the name node is ready"},
      {Exception(403, "RetriableException"), "RetriableException: As it says; see the name node's log"},
      {Exception(503, "ServerTooBusyException"), "ServerTooBusyException: As it says"},
      {{.status = 503, .body = "<html>no Java here</html>"}, "HTTP status 503"},
      {{.status = 429}, "HTTP status 429"},
      {{.close_at_once = true}, "127.0.0.1"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.error);
    files_ = {{"/a", "bytes"}};
    std::map<std::string, int> asked;  // how often, by the request
    trouble_ = [&](int, const Request& request) {
      return ++asked[request.target] < 3 ? std::optional(c.reply) : std::nullopt;
    };
    HdfsFileSystem files = Files(kPatient);
    EXPECT_EQ(ReadWhole(*files.OpenRead("hdfs://a")), "bytes");
    Put(files, "hdfs://b", "other bytes");
    EXPECT_EQ(files_["/b"], "other bytes");

    number_ = 0;
    trouble_ = [&](int, const Request&) { return c.reply; };
    HdfsFileSystem impatient = Files(kImpatient);
    EXPECT_THAT(ErrorOf([&] { impatient.OpenRead("hdfs://a"); }),
                AllOf(HasSubstr("cannot open \"hdfs://a\": "), HasSubstr(c.error), Not(HasSubstr("\n"))));
    EXPECT_GT(number_, 2);
  }
}

TEST_F(WebHdfsTest, WhatWillNotPassIsAskedForOnce) {
  for (const Reply& reply : {Exception(403, "AccessControlException"), Exception(400, "UnsupportedOperationException"),
                             Exception(403, "DSQuotaExceededException")}) {
    number_ = 0;
    trouble_ = [&](int, const Request&) { return reply; };
    HdfsFileSystem files = Files(kPatient);
    EXPECT_THAT(ErrorOf([&] { files.Status("hdfs://a"); }), HasSubstr("As it says"));
    EXPECT_EQ(number_, 1);
  }
}

// Nobody listens where the name node sends the caller, until it sends him elsewhere.
TEST_F(WebHdfsTest, ADataNodeThatIsGoneIsWaitedFor) {
  const std::string closed = ClosedAuthority();
  files_["/a"] = "bytes";
  int sent_on = 0;
  trouble_ = [&](int, const Request& request) -> std::optional<Reply> {
    if (Operation(request) != "GETFILESTATUS") data_node_ = ++sent_on % 3 == 0 ? server_.authority() : closed;
    return std::nullopt;
  };
  HdfsFileSystem files = Files(kPatient);
  EXPECT_EQ(ReadWhole(*files.OpenRead("hdfs://a")), "bytes");
  sent_on = 0;
  Put(files, "hdfs://b", "other bytes");
  EXPECT_EQ(files_["/b"], "other bytes");

  trouble_ = [&](int, const Request&) {
    data_node_ = closed;
    return std::nullopt;
  };
  HdfsFileSystem impatient = Files(kImpatient);
  EXPECT_THAT(ErrorOf([&] { ReadWhole(*impatient.OpenRead("hdfs://a")); }),
              AllOf(HasSubstr("cannot read \"hdfs://a\""), HasSubstr("data nodes")));
  EXPECT_THAT(ErrorOf([&] { Put(impatient, "hdfs://c", "bytes"); }),
              AllOf(HasSubstr("cannot write \"hdfs://c\""), HasSubstr("data nodes")));
}

// Each is made twice, and done once.
TEST_F(WebHdfsTest, WhatWasDoneCountsThoughTheAnswerIsLost) {
  HdfsFileSystem files = Files(kPatient);

  trouble_ = LosesTheAnswerTo("CREATE", /*is_sent_on=*/true);
  Put(files, "hdfs://a", "bytes");
  EXPECT_EQ(files_, (std::map<std::string, std::string>{{"/a", "bytes"}}));

  trouble_ = LosesTheAnswerTo("RENAME");
  files.Rename("hdfs://a", "hdfs://b");
  EXPECT_EQ(files_, (std::map<std::string, std::string>{{"/b", "bytes"}}));

  trouble_ = LosesTheAnswerTo("DELETE");
  EXPECT_TRUE(files.Delete("hdfs://b"));
  EXPECT_THAT(files_, IsEmpty());
  EXPECT_FALSE(files.Delete("hdfs://b"));
}

// What is under neither name was not moved by anybody.
TEST_F(WebHdfsTest, AFileThatIsNotThereIsNotMoved) {
  HdfsFileSystem files = Files(kPatient);
  EXPECT_THAT(ErrorOf([&] { files.Rename("hdfs://a", "hdfs://b"); }), HasSubstr("\"hdfs://a\""));
  // It was there, and somebody else has deleted both since.
  files_["/a"] = "bytes";
  trouble_ = [this, lost = false](int, const Request&) mutable -> std::optional<Reply> {
    if (std::exchange(lost, true)) return std::nullopt;
    files_.clear();
    return Reply{.close_at_once = true};
  };
  EXPECT_THAT(ErrorOf([&] { files.Rename("hdfs://a", "hdfs://b"); }), HasSubstr("FileNotFoundException"));
}

// A stream that is cut goes on from where it was.
TEST_F(WebHdfsTest, ACutStreamIsReadOn) {
  std::string bytes;
  while (bytes.size() < 100'000) bytes += std::to_string(bytes.size());
  files_["/a"] = bytes;
  trouble_ = [&](int number, const Request& request) -> std::optional<Reply> {
    if (Operation(request) != "OPEN" || request.target.find("&sent_on") == std::string::npos) return std::nullopt;
    const std::size_t begin = request.target.find("offset=") + 7;
    Reply reply{.body = bytes.substr(std::stoul(request.target.substr(begin)))};
    if (number < 6) reply.cut_after = 1'000;
    return reply;
  };
  HdfsFileSystem files = Files(kPatient);
  EXPECT_TRUE(ReadWhole(*files.OpenRead("hdfs://a")) == bytes);
  EXPECT_GT(number_, 6);
}

// How often this process has looked for something.
std::int64_t Looks() {
  return RequestsOf(MetricResults(std::vector<MetricResult>()))
      .at("hdfs")
      .at(static_cast<std::size_t>(RequestVerb::kLook));
}

// Who never answered is asked once by each further step.
TEST(UnreachableWebHdfsTest, IsNotWaitedForAgain) {
  const std::string closed = ClosedAuthority();
  const std::size_t colon = closed.find(':');
  HdfsFileSystem files(std::make_shared<WebHdfs>(
      HdfsOptions{.host = closed.substr(0, colon), .port = std::stoi(closed.substr(colon + 1)), .user = "klay"},
      kImpatient));
  const auto look = [&] {
    EXPECT_THAT(ErrorOf([&] { files.Status("hdfs://a"); }), HasSubstr(closed + " (--hdfs_host, --hdfs_port)"));
    return Looks();
  };
  const std::int64_t first = look();
  EXPECT_GT(first, 1);
  for (int i = 1; i < 20; ++i) EXPECT_EQ(look(), first + i);
}

}  // namespace
}  // namespace beam
