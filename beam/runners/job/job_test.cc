#include "beam/runners/job/job.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "beam/base/bytes.h"
#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/base/loopback.h"
#include "beam/portable/artifact.h"
#include "beam/runners/job/test_job_server.h"

namespace beam {
namespace {

namespace model = org::apache::beam::model::pipeline::v1;
using jobs::JobMessage;
using jobs::JobState;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// Short patience, so that tests of silence are quick.
JobOptions OptionsFor(const std::string& endpoint) {
  return {.endpoint = endpoint,
          .job_name = "a job",
          .pipeline_options = {},
          .connect_timeout = milliseconds(5000),
          .call_timeout = milliseconds(20'000),
          .run_timeout = milliseconds(0),
          .watch_interval = milliseconds(50)};
}

model::Pipeline PipelineWithFiles(const std::vector<std::string>& paths) {
  model::Pipeline pipeline;
  (*pipeline.mutable_components()->mutable_transforms())["t1"].set_unique_name("Load/Decode");
  for (const std::string& path : paths) {
    *(*pipeline.mutable_components()->mutable_environments())["env"].add_dependencies() = FileArtifact(path, "staged");
  }
  return pipeline;
}

// The sentence with which submitting fails, after the kind of its exception.
std::string WhyNot(const JobOptions& options, const model::Pipeline& pipeline = {}) {
  try {
    RunJob(pipeline, options);
    return "it was submitted";
  } catch (const UsageError& error) {
    return std::string("usage: ") + error.what();
  } catch (const Cancelled&) {
    return "cancelled";
  } catch (const Error& error) {
    return error.what();
  }
}

class JobTest : public testing::Test {
 protected:
  JobTest() {
    former_sink_ = SetLogSink([this](const LogEntry& entry) { log_.emplace_back(entry.message); });
  }
  ~JobTest() override {
    SetLogSink(former_sink_);
    ResetCancel();
  }

  std::string WriteFile(const std::string& name, const std::string& contents) {
    const std::string path = testing::TempDir() + "job_test_" + std::to_string(getpid()) + "_" + name;
    std::ofstream(path, std::ios::binary) << contents;
    return path;
  }

  std::vector<std::string> log_;

 private:
  LogSink former_sink_;
};

TEST_F(JobTest, FollowsAJobToItsEnd) {
  TestJobServer server;
  const auto add_metric = [&](const char* urn, const char* transform, const std::vector<std::uint64_t>& numbers) {
    Writer payload;
    for (const std::uint64_t number : numbers) payload.VarInt(number);
    model::MonitoringInfo& info = *server.metrics.add_committed();
    info.set_urn(urn);
    info.set_payload(payload.Take());
    (*info.mutable_labels())["PTRANSFORM"] = transform;
    (*info.mutable_labels())["NAMESPACE"] = "klay";
    (*info.mutable_labels())["NAME"] = "files";
  };
  add_metric("beam:metric:user:sum_int64:v1", "t1", {42});
  add_metric("beam:metric:user:sum_int64:v1", "of the engine's own", {1});
  add_metric("beam:metric:user:distribution_int64:v1", "t1", {3, 60, 10, 30});
  add_metric("beam:metric:user:latest_int64:v1", "t1", {1'700'000'000'000, 7});
  add_metric("beam:metric:user:sum_int64:v1", "t1", {});
  add_metric("beam:metric:element_count:v1", "t1", {9});

  JobOptions options = OptionsFor(server.endpoint());
  options.pipeline_options = {{"streaming", false},
                              {"parallelism", std::int64_t{2}},
                              {"runner", std::string("FlinkRunner")},
                              {"experiments", std::vector<std::string>{"a", "b"}}};
  const auto result = RunJob(PipelineWithFiles({}), options);
  EXPECT_EQ(result->state(), PipelineState::kRunning);
  EXPECT_EQ(result->WaitUntilFinish(milliseconds(1)), PipelineState::kRunning);
  server.Say(JobMessage::JOB_MESSAGE_BASIC, "halfway");
  server.Say(JobMessage::JOB_MESSAGE_DEBUG, "not to be seen");
  server.Enter(JobState::DONE);
  EXPECT_EQ(result->WaitUntilFinish(milliseconds::max()), PipelineState::kDone);
  EXPECT_EQ(result->error(), "");
  EXPECT_THAT(log_, ElementsAre("halfway"));

  const jobs::PrepareJobRequest prepared = server.prepared();
  EXPECT_EQ(prepared.job_name(), "a job");
  const auto& sent = prepared.pipeline_options().fields();
  EXPECT_FALSE(sent.at("beam:option:streaming:v1").bool_value());
  EXPECT_EQ(sent.at("beam:option:parallelism:v1").string_value(), "2");
  EXPECT_EQ(sent.at("beam:option:runner:v1").string_value(), "FlinkRunner");
  EXPECT_EQ(sent.at("beam:option:experiments:v1").list_value().values(1).string_value(), "b");

  const MetricResults metrics = result->metrics();
  ASSERT_EQ(metrics.all().size(), 4U);
  EXPECT_EQ(metrics.all()[0].step, "Load/Decode");
  EXPECT_EQ(metrics.all()[1].step, "of the engine's own");
  EXPECT_EQ(metrics.CounterValue("klay", "files"), 43);
  EXPECT_EQ(metrics.DistributionValue("klay", "files").count, 3);
  EXPECT_EQ(metrics.DistributionValue("klay", "files").sum, 60);
  EXPECT_EQ(metrics.DistributionValue("klay", "files").min, 10);
  EXPECT_EQ(metrics.DistributionValue("klay", "files").max, 30);
  EXPECT_EQ(metrics.GaugeValue("klay", "files"), 7);
  EXPECT_EQ(server.cancellations(), 0);
}

TEST_F(JobTest, ReportsTheCauseOfAFailure) {
  TestJobServer server;
  const auto result = RunJob({}, OptionsFor(server.endpoint()));
  server.Say(JobMessage::JOB_MESSAGE_ERROR,
             "java.lang.RuntimeException: outside\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: inside\n\t... "
             "1 more");
  server.Enter(JobState::FAILED);
  EXPECT_EQ(result->WaitUntilFinish(milliseconds::max()), PipelineState::kFailed);
  EXPECT_EQ(result->error(), "inside");
}

TEST_F(JobTest, StagesTheFilesOfThePipeline) {
  const std::vector<std::string> contents = {"", "short", std::string(std::size_t{2} << 20, 'x'),
                                             std::string((std::size_t{5} << 20) + 1, 'y')};
  std::vector<std::string> paths;
  for (const std::string& text : contents) paths.push_back(WriteFile(std::to_string(paths.size()), text));
  TestJobServer server;
  const auto result = RunJob(PipelineWithFiles(paths), OptionsFor(server.endpoint()));
  EXPECT_TRUE(server.staged() == contents);
}

TEST_F(JobTest, StagesNothingThatIsNotThePipelines) {
  const std::string secret = WriteFile("secret", "secret");
  TestJobServer server({.foreign_artifacts = {FileArtifact(secret, "staged")}});
  EXPECT_THAT(WhyNot(OptionsFor(server.endpoint())),
              StartsWith("the engine asks for an artifact that the pipeline does not have"));
  EXPECT_THAT(server.staged(), ElementsAre());
}

TEST_F(JobTest, AFileThatIsGoneCannotBeStaged) {
  const std::string path = WriteFile("gone", "text");
  const model::Pipeline pipeline = PipelineWithFiles({path});
  unlink(path.c_str());
  TestJobServer server;
  EXPECT_EQ(WhyNot(OptionsFor(server.endpoint()), pipeline), "cannot stage " + path + ": No such file or directory");
}

TEST_F(JobTest, MalformedAddressesAreNamed) {
  for (const char* endpoint :
       {"", "localhost", ":8073", "localhost:", "localhost:port", "localhost:123456", "http://a:80"}) {
    EXPECT_EQ(WhyNot(OptionsFor(endpoint)),
              std::string("usage: --job_endpoint must be HOST:PORT, such as localhost:8073, "
                          "and not '")
                  + endpoint + "'");
  }
}

// A port of this machine, and a socket bound to it.
struct BoundPort {
  BoundPort() : fd(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = LoopbackAddress();
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
    endpoint = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~BoundPort() { close(fd); }
  BoundPort(const BoundPort&) = delete;
  BoundPort& operator=(const BoundPort&) = delete;

  int fd;
  std::string endpoint;
};

TEST_F(JobTest, WhereNothingListensTheUserIsToldSo) {
  const BoundPort port;  // bound, but nobody listens
  JobOptions options = OptionsFor(port.endpoint);
  options.connect_timeout = milliseconds(300);
  EXPECT_EQ(WhyNot(options), "usage: no job service answers at " + port.endpoint
                                 + " (--job_endpoint) within 0.3 s: nothing listens there; start the engine, or correct "
                                   "the address");
}

TEST_F(JobTest, WhatDoesNotSpeakGrpcIsNamedSo) {
  // A web server answers what it does not understand; others say nothing at all.
  for (const std::string answer : {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", ""}) {
    const BoundPort port;
    ASSERT_EQ(listen(port.fd, 16), 0);
    std::thread server([&] {
      std::vector<int> open;
      for (int client; (client = accept(port.fd, nullptr, nullptr)) >= 0;) {
        if (answer.empty()) {
          open.push_back(client);
          continue;
        }
        char request[256];
        static_cast<void>(!read(client, request, sizeof request));
        static_cast<void>(!write(client, answer.data(), answer.size()));
        close(client);
      }
      for (const int client : open) close(client);
    });
    JobOptions options = OptionsFor(port.endpoint);
    options.connect_timeout = milliseconds(1500);
    EXPECT_EQ(WhyNot(options), "usage: no job service answers at " + port.endpoint
                                   + " (--job_endpoint) within 1.5 s: what listens there does not speak gRPC; take the port "
                                     "of the job service, not that of a web page")
        << answer;
    shutdown(port.fd, SHUT_RDWR);
    server.join();
  }
}

TEST_F(JobTest, RefusalsBeforeTheJobRuns) {
  const struct {
    const char* name;
    TestJobServerFaults faults;
    const char* why;
  } cases[] = {
      {"another gRPC server",
       {.missing = {"Prepare"}},
       "usage: what answers at HERE is no job service: it cannot prepare the job; take the port of the job service"},
      {"a pipeline it cannot run",
       {.prepare_status =
            grpc::Status(grpc::INVALID_ARGUMENT, "java.lang.IllegalArgumentException: unknown URN beam:x")},
       "the job service at HERE refused to prepare the job: unknown URN beam:x"},
      {"what Prism cannot do",
       {.prepare_status = grpc::Status(grpc::UNIMPLEMENTED, "unsupported feature \"requires_stable_input\"")},
       "the job service at HERE refused to prepare the job: unsupported feature \"requires_stable_input\""},
      {"silence in Prepare",
       {.hanging = {"Prepare"}},
       "the job service at HERE did not answer within 0.3 s, asked to prepare the job"},
      {"silence in Run",
       {.hanging = {"Run"}},
       "the job service at HERE did not answer within 0.3 s, asked to run the job"},
  };
  for (const auto& c : cases) {
    TestJobServer server(c.faults);
    JobOptions options = OptionsFor(server.endpoint());
    if (!c.faults.hanging.empty()) options.call_timeout = milliseconds(300);
    std::string expected = c.why;
    expected.replace(expected.find("HERE"), 4, server.endpoint() + " (--job_endpoint)");
    EXPECT_EQ(WhyNot(options), expected) << c.name;
  }
  TestJobServer server({.hanging = {"ReverseArtifactRetrievalService"}});
  JobOptions options = OptionsFor(server.endpoint());
  options.call_timeout = milliseconds(300);
  EXPECT_EQ(WhyNot(options),
            "cannot stage the pipeline's files at " + server.endpoint() + ": the engine was silent for too long");
}

TEST_F(JobTest, SubmittingStopsWhenTheRunIsToStop) {
  const BoundPort nobody;
  for (const char* call : {"", "Prepare", "ReverseArtifactRetrievalService", "Run"}) {
    ResetCancel();
    TestJobServer server({.hanging = {call}});
    std::thread user([] {
      std::this_thread::sleep_for(milliseconds(50));
      RequestCancel();
    });
    EXPECT_EQ(WhyNot(OptionsFor(*call == '\0' ? nobody.endpoint : server.endpoint())), "cancelled") << call;
    user.join();
  }
}

TEST_F(JobTest, AnEngineThatDiesInTheMiddleIsNamed) {
  TestJobServer server;
  const auto result = RunJob({}, OptionsFor(server.endpoint()));
  server.WaitUntilRuns();
  server.Kill();
  EXPECT_EQ(result->WaitUntilFinish(milliseconds::max()), PipelineState::kFailed);
  EXPECT_THAT(result->error(),
              StartsWith("the engine went away while the job ran: the job service at " + server.endpoint()
                         + " (--job_endpoint) is gone, asked to tell the job's state"));
}

TEST_F(JobTest, AJobThatHangsFailsForTheTroubleOfItsEngine) {
  TestJobServer server;
  JobOptions options = OptionsFor(server.endpoint());
  std::atomic<int> asked{0};
  // What comes and goes is no reason.
  options.trouble = [&] { return ++asked == 1 || asked > 3 ? "no worker runs" : ""; };
  const auto result = RunJob({}, options);
  server.WaitUntilRuns();
  EXPECT_EQ(result->WaitUntilFinish(milliseconds::max()), PipelineState::kFailed);
  EXPECT_EQ(result->error(), "no worker runs");
  EXPECT_EQ(asked, 5);
  EXPECT_EQ(server.cancellations(), 1);
}

// A panic of the engine hides the reason, which may be known; any other error is the reason.
TEST_F(JobTest, AnEnginePanicsForItsTrouble) {
  struct Case {
    std::string said;
    std::string trouble;
    std::string error;
  };
  const std::string panic = "panic in stage.Execute: send on closed channel";
  for (const Case& c : std::vector<Case>{{panic, "no worker runs", "no worker runs"},
                                         {panic, "", panic},
                                         {"step 'Divide' failed", "no worker runs", "step 'Divide' failed"}}) {
    TestJobServer server;
    JobOptions options = OptionsFor(server.endpoint());
    options.watch_interval = std::chrono::hours(1);
    options.trouble = [&] { return c.trouble; };
    const auto result = RunJob({}, options);
    server.WaitUntilRuns();
    server.Say(JobMessage::JOB_MESSAGE_ERROR, c.said);
    server.Enter(JobState::FAILED);
    EXPECT_EQ(result->WaitUntilFinish(milliseconds::max()), PipelineState::kFailed);
    EXPECT_EQ(result->error(), c.error);
  }
}

TEST_F(JobTest, AnEngineThatHangsIsNamed) {
  TestJobServer server({.hanging = {"GetState", "GetStateStream", "GetMessageStream", "GetJobMetrics"}});
  JobOptions options = OptionsFor(server.endpoint());
  options.call_timeout = milliseconds(300);
  const auto result = RunJob({}, options);
  EXPECT_EQ(result->WaitUntilFinish(milliseconds::max()), PipelineState::kFailed);
  EXPECT_THAT(result->error(), HasSubstr("did not answer within 0.3 s, asked to tell the job's state"));
}

// A job of which nothing is heard, on an engine that answers, goes on.
TEST_F(JobTest, AQuietJobIsNotGivenUp) {
  TestJobServer server;
  const auto result = RunJob({}, OptionsFor(server.endpoint()));
  EXPECT_EQ(result->WaitUntilFinish(milliseconds(400)), PipelineState::kRunning);
  server.Enter(JobState::DONE);
  EXPECT_EQ(result->WaitUntilFinish(milliseconds::max()), PipelineState::kDone);
}

TEST_F(JobTest, AJobThatTakesTooLongIsCancelled) {
  TestJobServer server;
  JobOptions options = OptionsFor(server.endpoint());
  options.run_timeout = milliseconds(200);
  const auto result = RunJob({}, options);
  EXPECT_EQ(result->WaitUntilFinish(milliseconds::max()), PipelineState::kFailed);
  EXPECT_EQ(result->error(), "the job did not end within 0.2 s (--job_timeout), and was cancelled");
  EXPECT_EQ(server.cancellations(), 1);
}

TEST_F(JobTest, CancelsOnTheEngine) {
  for (const bool deaf : {false, true}) {
    TestJobServer server({.deaf_to_cancel = deaf});
    const auto result = RunJob({}, OptionsFor(server.endpoint()));
    result->Cancel();
    EXPECT_EQ(result->WaitUntilFinish(milliseconds::max()), PipelineState::kCancelled);
    EXPECT_EQ(server.cancellations(), 1);
    EXPECT_EQ(result->error(), "");
  }
}

TEST_F(JobTest, CancelsOnCtrlC) {
  TestJobServer server;
  const auto result = RunJob({}, OptionsFor(server.endpoint()));
  RequestCancel();
  EXPECT_EQ(result->WaitUntilFinish(milliseconds::max()), PipelineState::kCancelled);
  EXPECT_EQ(server.cancellations(), 1);
}

TEST_F(JobTest, AResultThatGoesCancelsItsJob) {
  TestJobServer server;
  RunJob({}, OptionsFor(server.endpoint()));
  EXPECT_EQ(server.cancellations(), 1);
}

TEST_F(JobTest, TakesMessagesOfAnySize) {
  TestJobServer server;
  const auto result = RunJob({}, OptionsFor(server.endpoint()));
  server.Say(JobMessage::JOB_MESSAGE_BASIC, std::string(20'000'000, 'm'));
  server.Enter(JobState::DONE);
  EXPECT_EQ(result->WaitUntilFinish(milliseconds::max()), PipelineState::kDone);
  ASSERT_EQ(log_.size(), 1U);
  EXPECT_EQ(log_[0].size(), 20'000'000U);
}

}  // namespace
}  // namespace beam
