#include "beam/harness/worker_main.h"

#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <org/apache/beam/model/fn_execution/v1/beam_provision_api.grpc.pb.h>
#include <signal.h>

#include <thread>

#include "beam/base/log.h"
#include "beam/harness/test_engine.h"

namespace beam {
namespace {

namespace fn = org::apache::beam::model::fn_execution::v1;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(WorkerMain, KnowsAnEnginesCommand) {
  struct Case {
    std::string program;
    std::vector<std::string> arguments;
    bool is_worker;
  };
  for (const Case& c :
       std::vector<Case>{{"klay-beam", {"--id=1-1", "--provision_endpoint=localhost:3"}, true},
                         {"klay-beam", {"--semi_persist_dir=/tmp", "--id=1", "--control_endpoint=a:1"}, true},
                         {"klay-beam", {"--worker"}, true},
                         {"klay-beam", {"--worker=true", "--id=1"}, true},
                         {"boot", {}, true},
                         {"klay-beam", {"--id=1"}, false},
                         {"klay-beam", {"--provision_endpoint=localhost:3"}, false},
                         {"klay-beam", {"transcode", "--src_dir", "--worker"}, false},
                         {"klay-beam", {"--workers"}, false},
                         {"klay-beam", {}, false}}) {
    EXPECT_EQ(IsWorkerCommand(c.program, c.arguments), c.is_worker) << testing::PrintToString(c.arguments);
  }
}

// The command lines of Beam 2.77's engines, in their order. In a container the program is the image's entry point.
TEST(WorkerMain, UnderstandsWhatEachEngineStartsItWith) {
  struct Case {
    std::string engine;
    std::string program;
    std::vector<std::string> arguments;
    std::string flags;  // id, provision, control, logging, artifact, folder
  };
  for (const Case& c :
       std::vector<Case>{{"Prism, DOCKER",
                          "boot",
                          {"--id=job-1[job]_env", "--control_endpoint=localhost:1", "--artifact_endpoint=localhost:2",
                           "--provision_endpoint=localhost:3", "--logging_endpoint=localhost:4"},
                          "job-1[job]_env localhost:3 localhost:1 localhost:4 localhost:2 -"},
                         {"Prism, PROCESS",
                          "klay-beam",
                          {"--id='job-1[job]_env'", "--provision_endpoint=localhost:3"},
                          "job-1[job]_env localhost:3 - - - -"},
                         {"Flink and Spark, DOCKER",
                          "boot",
                          {"--id=1-1", "--provision_endpoint=host.docker.internal:3", "--semi_persist_dir=/var/opt"},
                          "1-1 host.docker.internal:3 - - - /var/opt"},
                         {"Flink and Spark, PROCESS",
                          "klay-beam",
                          {"--id=1-1", "--provision_endpoint=localhost:3"},
                          "1-1 localhost:3 - - - -"},
                         {"Python's service, a pool in a container",
                          "klay-beam",
                          {"--id=1-1", "--logging_endpoint=localhost:4", "--artifact_endpoint=localhost:2",
                           "--provision_endpoint=localhost:3", "--control_endpoint=localhost:1"},
                          "1-1 localhost:3 localhost:1 localhost:4 localhost:2 -"}}) {
    EXPECT_TRUE(IsWorkerCommand(c.program, c.arguments)) << c.engine;
    const WorkerFlags flags = ParseWorkerFlags(c.arguments);
    std::string text = flags.id;
    for (const std::string* const flag : {&flags.provision_endpoint, &flags.control_endpoint, &flags.logging_endpoint,
                                          &flags.artifact_endpoint, &flags.semi_persist_dir}) {
      text.append(" ").append(flag->empty() ? "-" : *flag);
    }
    EXPECT_EQ(text, c.flags) << c.engine;
  }
}

TEST(WorkerMain, TakesTheQuotesOffTheId) {
  for (const auto& [argument, id] : {std::pair("--id='job-020[spike]_env'", "job-020[spike]_env"),
                                     {"--id=1-1", "1-1"},
                                     {"--id='", "'"},
                                     {"--id=it's", "it's"}}) {
    EXPECT_EQ(ParseWorkerFlags({argument}).id, id);
  }
}

TEST(WorkerMain, TakesFlagsInEveryFormAndIgnoresOthers) {
  const WorkerFlags flags = ParseWorkerFlags(
      {"--worker=true", "-id", "1", "--logging_endpoint=a:1", "--control_endpoint", "b:2", "--provision_endpoint=c:3",
       "-artifact_endpoint=d:4", "--semi_persist_dir=/var/opt", "--unknown", "--id_of_another=2"});
  EXPECT_EQ(flags.id, "1");
  EXPECT_EQ(flags.logging_endpoint, "a:1");
  EXPECT_EQ(flags.control_endpoint, "b:2");
  EXPECT_EQ(flags.provision_endpoint, "c:3");
  EXPECT_EQ(flags.artifact_endpoint, "d:4");
  EXPECT_EQ(flags.semi_persist_dir, "/var/opt");
}

TEST(WorkerMain, SaysWhatIsMissing) {
  struct Case {
    std::vector<std::string> arguments;
    std::string sentence;
  };
  for (const Case& c : std::vector<Case>{
           {{"--worker"}, "worker: a worker needs --id, by which its engine knows it\n"},
           {{"--worker", "--id"}, "worker: a worker needs --id, by which its engine knows it\n"},
           {{"--id=7"},
            "worker 7: a worker needs --provision_endpoint, or --control_endpoint: HOST:PORT of its engine\n"}}) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(RunWorker(c.arguments), 2);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), c.sentence);
  }
}

// The engine's provision service.
class Provisions final : public fn::ProvisionService::Service {
 public:
  explicit Provisions(fn::ProvisionInfo info) : info_(std::move(info)) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    endpoint_ = "127.0.0.1:" + std::to_string(port);
  }

  const std::string& endpoint() const { return endpoint_; }

 private:
  grpc::Status GetProvisionInfo(grpc::ServerContext* context, const fn::GetProvisionInfoRequest*,
                                fn::GetProvisionInfoResponse* response) override {
    const auto worker = context->client_metadata().find("worker_id");
    if (worker == context->client_metadata().end() || worker->second != "job[1]") return {grpc::UNKNOWN, "who asks?"};
    *response->mutable_info() = info_;
    return grpc::Status::OK;
  }

  const fn::ProvisionInfo info_;
  std::unique_ptr<grpc::Server> server_;
  std::string endpoint_;
};

class WorkerStart : public testing::Test {
 protected:
  ~WorkerStart() override { SetLogLevel(Severity::kInfo); }

  // What the worker ends with, its line on standard error.
  static std::string Run(const fn::ProvisionInfo& info, std::vector<std::string> more = {}) {
    const Provisions provisions(info);
    more.insert(more.begin(), {"--id='job[1]'", "--provision_endpoint=" + provisions.endpoint()});
    testing::internal::CaptureStderr();
    const int code = RunWorker(more);
    return std::to_string(code) + " " + testing::internal::GetCapturedStderr();
  }
};

TEST_F(WorkerStart, TheProvisionServiceIsAskedByTheIdWithoutQuotes) {
  EXPECT_EQ(Run({}), "1 worker job[1]: the engine gives no address of its control service\n");
}

TEST_F(WorkerStart, WhatTheProvisionServiceSaysGoesBeforeFlags) {
  testing_portable::TestEngine engine;
  fn::ProvisionInfo info;
  info.mutable_control_endpoint()->set_url(engine.endpoint());
  info.mutable_logging_endpoint()->set_url(engine.endpoint());
  std::thread stop([&] {
    fn::InstructionRequest request;
    request.set_instruction_id("1");
    request.mutable_monitoring_infos();
    engine.Ask(request);
    EXPECT_EQ(engine.Answer("1").error(), "");
    engine.Kill();
  });
  // The worker ends with the engine, which it could reach. Its log lines nobody takes any more, so they are printed.
  EXPECT_THAT(Run(info, {"--control_endpoint=127.0.0.1:1", "--logging_endpoint=127.0.0.1:1"}),
              AllOf(StartsWith("1 "),
                    HasSubstr("\nworker job[1]: the engine's control stream at " + engine.endpoint() + " has ended")));
  stop.join();
}

// Whatever it is at: it has connected, and its engine asks for nothing.
TEST(WorkerSignals, EndItAtOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const int signal : {SIGTERM, SIGINT}) {
    EXPECT_EXIT(
        {
          testing_portable::TestEngine engine;
          std::thread asking([&] {
            fn::InstructionRequest request;
            request.set_instruction_id("1");
            request.mutable_monitoring_infos();
            engine.Ask(request);
            static_cast<void>(engine.Answer("1"));
            // To this thread: the thread sanitizer keeps back what comes to one that waits within gRPC.
            raise(signal);
          });
          RunWorker({"--id=1", "--control_endpoint=" + engine.endpoint()});
          asking.join();
        },
        testing::ExitedWithCode(128 + signal), "");
  }
}

TEST_F(WorkerStart, OptionsOfThePipelineThatMakeNoSenseAreNamed) {
  fn::ProvisionInfo info;
  info.mutable_control_endpoint()->set_url("127.0.0.1:1");
  (*info.mutable_pipeline_options()->mutable_fields())["beam:option:max_memory:v1"].set_string_value("much");
  EXPECT_EQ(Run(info), "1 worker job[1]: the pipeline's option max_memory is 'much', which is no number of bytes\n");
}

}  // namespace
}  // namespace beam
