// Jobs as they are made, followed, cancelled and failed, before a stand-in for Google's service.
#include "beam/runners/dataflow/dataflow_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/io/test_http_server.h"
#include "beam/runners/dataflow/dataflow_result.h"

namespace dataflow_client_test {

using namespace beam;  // NOLINT(google-build-using-namespace)
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_http::Reply;
using testing_http::Request;
using testing_http::TestHttpServer;

constexpr const char* kJobs = "/v1b3/projects/my-project/locations/europe-west4/jobs";

// The endpoint as Beam's Go SDK wants it; programs are given it without a slash in other tests.
std::unique_ptr<DataflowClient> ClientOf(const TestHttpServer& server) {
  return std::make_unique<DataflowClient>(
      DataflowPlace{.endpoint = server.url() + "/", .project = "my-project", .region = "europe-west4"},
      std::make_shared<GoogleCredentials>(nullptr), RestPolicy{.pauses = {milliseconds(1), milliseconds(1)}});
}

std::string SameName(const std::string& transform) { return transform; }

// Each poll of a job at once.
constexpr DataflowFollowTimes kFast{.first_poll = milliseconds(1),
                                    .poll = milliseconds(1),
                                    .reason_poll = milliseconds(1),
                                    .reason = milliseconds(60),
                                    .cancel = milliseconds(500)};

// A job whose states, messages and metrics follow each other as a test lists them; the last of each stays.
class ScriptedJob {
 public:
  std::vector<std::string> states = {"JOB_STATE_RUNNING"};
  std::vector<std::string> messages = {"{}"};
  std::string metrics = "{}";

  Reply Answer(const Request& request) {
    const std::lock_guard lock(mutex_);
    if (request.method == "PUT") {
      cancelled_ = true;
      return {.body = "{}"};
    }
    if (request.target.find("/messages") != std::string::npos) return {.body = Next(messages, next_message_)};
    if (request.target.ends_with("/metrics")) return {.body = metrics};
    const std::string state = cancelled_ ? "JOB_STATE_CANCELLED" : Next(states, next_state_);
    return {.body = R"({"id": "job-1", "currentState": ")" + state + "\"}"};
  }

 private:
  static std::string Next(const std::vector<std::string>& all, std::size_t& next) {
    std::string value = all[next];
    if (next + 1 < all.size()) ++next;
    return value;
  }

  std::mutex mutex_;
  std::size_t next_state_ = 0;
  std::size_t next_message_ = 0;
  bool cancelled_ = false;
};

TEST(DataflowClient, MakesAJob) {
  TestHttpServer server([](const Request&) -> Reply {
    return {.body = R"({"id": "job-1", "clientRequestId": "c-1", "currentState": "JOB_STATE_PENDING"})"};
  });
  const DataflowJob job =
      ClientOf(server)->Create({.name = "n", .client_request_id = "c-1", .json = R"({"name": "n"})"});
  EXPECT_EQ(job.id, "job-1");
  EXPECT_EQ(job.client_request_id, "c-1");
  EXPECT_EQ(job.state, "JOB_STATE_PENDING");
  ASSERT_EQ(server.requests().size(), 1U);
  const Request request = server.requests().front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, kJobs);
  EXPECT_EQ(request.body, R"({"name": "n"})");
  EXPECT_EQ(request.Header("content-type"), "application/json");
  EXPECT_THAT(request.Header("user-agent"), HasSubstr("(GPN:Beam)"));
}

TEST(DataflowClient, TriesAgainWhatMayPass) {
  struct Case {
    Reply first;
    const char* what;
  };
  for (const Case& c :
       {Case{{.status = 503}, "busy"}, Case{{.status = 429}, "too many"}, Case{{.status = 500}, "broken"},
        Case{{.status = 503, .headers = {"Retry-After: 0"}}, "busy, and says for how long"},
        Case{{.status = 404}, "not yet seen"}, Case{{.close_at_once = true}, "cut"}}) {
    int asked = 0;
    TestHttpServer server([&](const Request&) -> Reply {
      return asked++ == 0 ? c.first : Reply{.body = R"({"id": "job-1", "currentState": "JOB_STATE_DONE"})"};
    });
    EXPECT_EQ(ClientOf(server)->Get("job-1").state, "JOB_STATE_DONE") << c.what;
    EXPECT_EQ(asked, 2) << c.what;
  }
}

// A service that wants to be left alone for longer than it is tried is.
TEST(DataflowClient, LeavesAServiceAloneThatAsksForIt) {
  TestHttpServer server([](const Request&) { return Reply{.status = 429, .headers = {"Retry-After: 86400"}}; });
  EXPECT_THROW(ClientOf(server)->Get("job-1"), RestError);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(DataflowClient, SaysWhatTheServiceRefuses) {
  struct Case {
    int status;
    const char* sentence;
  };
  for (const Case& c : {Case{403, "Dataflow answers 403: no"}, Case{400, "Dataflow answers 400: no"}}) {
    TestHttpServer server([&](const Request&) -> Reply {
      return {.status = c.status, .body = R"({"error": {"code": 1, "message": "no", "status": "X"}})"};
    });
    try {
      ClientOf(server)->Create({.name = "n", .client_request_id = "c-1", .json = "{}"});
      ADD_FAILURE() << c.status << ": accepted";
    } catch (const RestError& error) {
      EXPECT_EQ(error.status(), c.status);
      EXPECT_THAT(error.what(), HasSubstr(c.sentence));
    }
    EXPECT_EQ(server.requests().size(), 1U) << c.status;
  }
}

TEST(DataflowClient, AnActiveJobOfTheNameIsFoundPageByPage) {
  struct Case {
    const char* of;       // the job that is active: its client request
    const char* outcome;  // its id, or the sentence
  };
  for (const Case& c : {Case{"c-1", "job-2"},
                        Case{"c-9",
                             "Dataflow answers 409: no; a job of the --job_name n runs already "
                             "(https://console.cloud.google.com/dataflow/jobs/europe-west4/"
                             "job-2?project=my-project): give another one"}}) {
    TestHttpServer server([&](const Request& request) -> Reply {
      if (request.method == "POST") return {.status = 409, .body = R"({"error": {"message": "no"}})"};
      if (request.target.ends_with("/job-2")) {
        return {.body = R"({"id": "job-2", "clientRequestId": ")" + std::string(c.of) + "\"}"};
      }
      if (request.target.ends_with("?filter=ACTIVE&name=n")) {
        return {.body = R"({"jobs": [{"id": "job-1", "name": "nn"}], "nextPageToken": "2"})"};
      }
      EXPECT_TRUE(request.target.ends_with("?filter=ACTIVE&name=n&pageToken=2")) << request.target;
      return {.body = R"({"jobs": [{"id": "job-2", "name": "n"}]})"};
    });
    std::string outcome;
    try {
      outcome = ClientOf(server)->Create({.name = "n", .client_request_id = "c-1", .json = "{}"}).id;
    } catch (const RestError& error) {
      outcome = error.what();
    }
    EXPECT_THAT(outcome, testing::StartsWith(c.outcome));
  }
}

TEST(DataflowClient, ReadsMessagesPageByPage) {
  TestHttpServer server([](const Request& request) -> Reply {
    if (request.target.find("pageToken=two%2B") == std::string::npos) {
      return {.body = R"({"jobMessages": [{"id": "b", "time": "2026-01-01T00:00:02Z", "messageText": "second",
                          "messageImportance": "JOB_MESSAGE_WARNING"}], "nextPageToken": "two+"})"};
    }
    return {.body = R"({"jobMessages": [{"id": "a", "time": "2026-01-01T00:00:01Z", "messageText": "first",
                        "messageImportance": "JOB_MESSAGE_BASIC"}],
                        "autoscalingEvents": [{"time": "2026-01-01T00:00:03Z", "currentNumWorkers": "4",
                                               "description": {"messageText": "more"}}]})"};
  });
  std::vector<std::string> texts;
  for (const DataflowMessage& message : ClientOf(server)->Messages("job-1", "2026-01-01T00:00:00Z")) {
    texts.push_back(message.text);
  }
  EXPECT_THAT(texts, ElementsAre("first", "second", "more (workers: 4)"));
  EXPECT_THAT(server.requests().front().target, HasSubstr("startTime=2026-01-01T00%3A00%3A00Z"));
}

TEST(DataflowClient, ReadsUserMetrics) {
  TestHttpServer server([](const Request&) -> Reply {
    return {.body = R"({"metrics": [
      {"name": {"origin": "user", "name": "files", "context": {"step": "t1", "namespace": "klay", "tentative": "true"}},
       "scalar": 9},
      {"name": {"origin": "user", "name": "files", "context": {"step": "t1", "namespace": "klay"}}, "scalar": 7},
      {"name": {"origin": "user", "name": "files", "context": {"step": "t2", "namespace": "klay"}}, "scalar": "5"},
      {"name": {"origin": "user", "name": "size", "context": {"step": "t1", "namespace": "klay"}},
       "distribution": {"count": "2", "sum": "10", "min": 3, "max": 7}},
      {"name": {"origin": "user", "name": "size_MIN", "context": {"step": "t1", "namespace": "klay"}}, "scalar": 3},
      {"name": {"origin": "user", "name": "files_COUNT", "context": {"step": "t1", "namespace": "klay"}}, "scalar": 1},
      {"name": {"origin": "dataflow/v1b3", "name": "ElementCount", "context": {"step": "t1"}}, "scalar": 100}]})"};
  });
  const MetricResults metrics = ClientOf(server)->Metrics("job-1", SameName);
  EXPECT_EQ(metrics.CounterValue("klay", "files"), 12);
  EXPECT_EQ(metrics.DistributionValue("klay", "size").max, 7);
  EXPECT_EQ(metrics.CounterValue("klay", "files_COUNT"), 1);  // of no distribution
  EXPECT_EQ(metrics.all().size(), 4U);
}

TEST(DataflowClient, AnswersThatAreNone) {
  for (const char* const body : {"<html>", "[]", "\"text\"", "{\"metrics\": 3}"}) {
    TestHttpServer server([&](const Request&) -> Reply { return {.body = body}; });
    if (body[0] == '{') {
      EXPECT_TRUE(ClientOf(server)->Metrics("job-1", SameName).all().empty());
    } else {
      EXPECT_THROW(ClientOf(server)->Get("job-1"), RestError) << body;
    }
  }
}

TEST(DataflowResult, IsFollowedToItsEnd) {
  struct Case {
    const char* last;
    PipelineState state;
  };
  for (const Case& c :
       {Case{"JOB_STATE_DONE", PipelineState::kDone}, Case{"JOB_STATE_DRAINED", PipelineState::kDone},
        Case{"JOB_STATE_CANCELLED", PipelineState::kCancelled}, Case{"JOB_STATE_UPDATED", PipelineState::kCancelled}}) {
    ScriptedJob job;
    job.states = {"JOB_STATE_QUEUED", "JOB_STATE_RUNNING", "JOB_STATE_OF_TOMORROW", "JOB_STATE_RESOURCE_CLEANING_UP",
                  c.last};
    job.metrics = R"({"metrics": [{"name": {"origin": "user", "name": "files",
                      "context": {"step": "t1", "namespace": "klay"}}, "scalar": 3}]})";
    TestHttpServer server([&](const Request& request) { return job.Answer(request); });
    const auto result = FollowDataflowJob(ClientOf(server), "job-1", SameName, kFast);
    EXPECT_EQ(result->WaitUntilFinish(), c.state) << c.last;
    EXPECT_EQ(result->metrics().CounterValue("klay", "files"), 3) << c.last;
  }
}

TEST(DataflowResult, AFailureTellsItsCauseWhichComesLate) {
  const std::string late =
      R"({"jobMessages": [{"id": "m1", "time": "1", "messageText": "A work item was attempted 4 times",
                           "messageImportance": "JOB_MESSAGE_ERROR"},
                          {"id": "m2", "time": "2", "messageText": "Error message from worker: [Decode] no file",
                           "messageImportance": "JOB_MESSAGE_ERROR"}]})";
  struct Case {
    std::vector<std::string> messages;
    milliseconds patience;
    const char* error;
  };
  for (const Case& c :
       {Case{{"{}", "{}", "{}", "{}", late}, milliseconds(60'000), "Error message from worker: [Decode] no file"},
        Case{{"{}"}, milliseconds(10), "Dataflow gave no reason; its log is at https://"}}) {
    ScriptedJob job;
    job.states = {"JOB_STATE_RUNNING", "JOB_STATE_FAILED"};
    job.messages = c.messages;
    TestHttpServer server([&](const Request& request) { return job.Answer(request); });
    DataflowFollowTimes times = kFast;
    times.reason = c.patience;
    const auto result = FollowDataflowJob(ClientOf(server), "job-1", SameName, times);
    EXPECT_EQ(result->WaitUntilFinish(), PipelineState::kFailed);
    EXPECT_THAT(result->error(), HasSubstr(c.error));
  }
}

TEST(DataflowResult, EachMessageIsLoggedOnce) {
  std::vector<std::string> lines;
  std::mutex mutex;
  const LogSink former = SetLogSink([&](const LogEntry& entry) {
    const std::lock_guard lock(mutex);
    if (entry.severity == Severity::kWarning) lines.emplace_back(entry.message);
  });
  ScriptedJob job;
  const auto message = [](const std::string& id, const std::string& time) {
    return R"({"id": ")" + id + R"(", "time": ")" + time + R"(", "messageText": ")" + id
        + R"(", "messageImportance": "JOB_MESSAGE_WARNING"})";
  };
  const std::string one = message("one", "1");
  const std::string two = message("two", "2");
  const std::string also_two = message("also two", "2");
  job.states = {"JOB_STATE_RUNNING", "JOB_STATE_RUNNING", "JOB_STATE_RUNNING", "JOB_STATE_DONE"};
  // From the time of the last one on, inclusive, as the service lists them.
  job.messages = {R"({"jobMessages": [)" + one + "," + two + "]}",
                  R"({"jobMessages": [)" + two + "," + also_two + "]}"};
  TestHttpServer server([&](const Request& request) { return job.Answer(request); });
  FollowDataflowJob(ClientOf(server), "job-1", SameName, kFast)->WaitUntilFinish();
  SetLogSink(former);
  EXPECT_THAT(lines, ElementsAre("one", "two", "also two"));
}

TEST(DataflowResult, CancellingReachesTheService) {
  ScriptedJob job;
  TestHttpServer server([&](const Request& request) { return job.Answer(request); });
  const auto result = FollowDataflowJob(ClientOf(server), "job-1", SameName, kFast);
  result->Cancel();
  EXPECT_EQ(result->WaitUntilFinish(), PipelineState::kCancelled);
  std::vector<std::string> asked;
  for (const Request& request : server.requests()) {
    if (request.method == "PUT") asked.push_back(request.target + " " + request.body);
  }
  EXPECT_THAT(asked, ElementsAre(std::string(kJobs) + "/job-1 " + R"({"requestedState":"JOB_STATE_CANCELLED"})"));
}

TEST(DataflowResult, AServiceThatRefusesEndsTheRun) {
  TestHttpServer server(
      [](const Request&) -> Reply { return {.status = 403, .body = R"({"error": {"message": "no"}})"}; });
  const auto result = FollowDataflowJob(ClientOf(server), "job-1", SameName, kFast);
  EXPECT_EQ(result->WaitUntilFinish(), PipelineState::kFailed);
  EXPECT_THAT(result->error(), HasSubstr("lost sight of"));
  EXPECT_THAT(result->error(), HasSubstr("no"));
}

}  // namespace dataflow_client_test
