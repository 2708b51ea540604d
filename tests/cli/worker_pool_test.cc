// klay-beam worker-pool: an engine starts and stops workers through it, each a process of its own.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.grpc.pb.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "beam/harness/staged_program.h"
#include "beam/harness/test_engine.h"
#include "tests/cli/klay_beam_program.h"

namespace klay {
namespace {

namespace fn = org::apache::beam::model::fn_execution::v1;
using beam::testing_portable::TestEngine;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PoolTest : public testing::Test {
 protected:
  PoolTest() : pool_({"worker-pool", "--port", "0"}) {
    const std::string said = pool_.WaitForOutput("\n");
    address_ = said.substr(said.rfind(' ') + 1, said.rfind('\n') - said.rfind(' ') - 1);
    stub_ = fn::BeamFnExternalWorkerPool::NewStub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  }

  // The error, or an empty text.
  std::string Start(const std::string& id, const std::string& engine) const {
    fn::StartWorkerRequest request;
    request.set_worker_id(id);
    request.mutable_control_endpoint()->set_url(engine);
    request.mutable_logging_endpoint()->set_url(engine);
    fn::StartWorkerResponse response;
    grpc::ClientContext context;
    EXPECT_TRUE(stub_->StartWorker(&context, request, &response).ok());
    return response.error();
  }
  void Stop(const std::string& id) const {
    fn::StopWorkerRequest request;
    request.set_worker_id(id);
    fn::StopWorkerResponse response;
    grpc::ClientContext context;
    EXPECT_TRUE(stub_->StopWorker(&context, request, &response).ok());
  }

  // The processes that the pool has started and that are still there.
  std::vector<pid_t> Workers() const {
    std::vector<pid_t> workers;
    const std::string tasks = "/proc/" + std::to_string(pool_.pid()) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
      std::ifstream children(task.path() / "children");
      for (pid_t child = 0; children >> child;) workers.push_back(child);
    }
    return workers;
  }

  KlayBeamProgram pool_;
  std::string address_;
  std::unique_ptr<fn::BeamFnExternalWorkerPool::Stub> stub_;
};

// A process that has ended but that nobody has asked about is still listed, in state Z.
bool Lives(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  return std::getline(file, stat) && stat.find(") Z ") == std::string::npos;
}

// Waits until the worker answers.
void ExpectAWorker(TestEngine& engine) {
  fn::InstructionRequest request;
  request.set_instruction_id("1");
  request.mutable_monitoring_infos();
  engine.Ask(request);
  EXPECT_EQ(engine.Answer("1").error(), "");
}

TEST_F(PoolTest, StartsAndStopsAHundredWorkers) {
  const auto descriptors = [this] {
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(pool_.pid()) + "/fd");
    return std::distance(begin(all), end(all));
  };
  std::ptrdiff_t at_first = 0;
  for (int round = 0; round < 100; ++round) {
    // Of the first rounds gRPC keeps some.
    if (round == 10) at_first = descriptors();
    TestEngine engine;
    const std::string id = std::to_string(round) + "[job]";
    ASSERT_EQ(Start(id, engine.endpoint()), "");
    ExpectAWorker(engine);
    EXPECT_THAT(Workers(), SizeIs(1));
    Stop(id);
    EXPECT_THAT(Workers(), IsEmpty());
  }
  EXPECT_LE(descriptors(), at_first);
}

// What workers have fetched stays for the next ones, until the pool ends.
TEST_F(PoolTest, LeavesNoFilesBehind) {
  const std::string staged = beam::StagingFolder() + "/staged";
  const std::string fetched = staged + "/pool-test-" + std::to_string(getpid());
  std::filesystem::create_directories(fetched);
  std::filesystem::permissions(staged, std::filesystem::perms::owner_all);
  std::ofstream(fetched + "/program") << "x";
  pool_.Send(SIGTERM);
  EXPECT_EQ(pool_.Wait().exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(fetched));
}

TEST_F(PoolTest, AWorkerThatDiesIsReportedAndMayBeStartedAgain) {
  TestEngine engine;
  ASSERT_EQ(Start("mortal", engine.endpoint()), "");
  EXPECT_EQ(Start("mortal", engine.endpoint()), "a worker called 'mortal' runs already");
  ExpectAWorker(engine);
  kill(Workers().at(0), SIGKILL);
  pool_.WaitForError("worker mortal has ended by signal 9 (Killed)");
  EXPECT_EQ(Start("mortal", engine.endpoint()), "");
  EXPECT_EQ(Start("aimless", ""), "the engine gives worker aimless no address");
}

class PoolEndTest : public PoolTest, public testing::WithParamInterface<int> {};

TEST_P(PoolEndTest, EndsWithAllItsWorkers) {
  TestEngine engines[2];
  for (TestEngine& engine : engines) {
    ASSERT_EQ(Start(engine.endpoint(), engine.endpoint()), "");
    ExpectAWorker(engine);
  }
  const std::vector<pid_t> workers = Workers();
  EXPECT_THAT(workers, SizeIs(2));
  pool_.Send(GetParam());
  EXPECT_EQ(pool_.Wait().exit_code, GetParam() == SIGKILL ? -1000 - SIGKILL : 0);
  // Of a pool that was killed the system ends them, in its own time.
  for (const pid_t worker : workers) {
    while (Lives(worker)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

INSTANTIATE_TEST_SUITE_P(Signals, PoolEndTest, testing::Values(SIGINT, SIGTERM, SIGKILL));

TEST_F(PoolTest, APortThatIsTakenIsNamed) {
  const std::string port = address_.substr(address_.rfind(':') + 1);
  const ProgramResult second = RunKlayBeam({"worker-pool", "--port", port});
  EXPECT_EQ(second.exit_code, 2);
  EXPECT_THAT(second.err, HasSubstr("cannot listen for engines on localhost:" + port + ": the port is taken"));
}

// It speaks gRPC, as job services do.
TEST_F(PoolTest, IsNotTakenForAJobService) {
  const ProgramResult result = RunKlayBeam({"run-example", "--source_audio_path", "/", "--source_audio_suffix", ".mp3",
                                            "--quiet", "--runner", "Portable", "--job_endpoint", address_});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "klay-beam run-example: what answers at " + address_
                            + " (--job_endpoint) is no job service: it cannot prepare the job; take the port of the job "
                              "service\n");
}

}  // namespace
}  // namespace klay
