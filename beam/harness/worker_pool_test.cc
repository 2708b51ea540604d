#include "beam/harness/worker_pool.h"

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>
#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.grpc.pb.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/portable/channel.h"

namespace beam {
namespace {

namespace fn = org::apache::beam::model::fn_execution::v1;
using testing::HasSubstr;

// An engine's side of the service.
class Engine {
 public:
  explicit Engine(const std::string& endpoint) : stub_(fn::BeamFnExternalWorkerPool::NewStub(OpenChannel(endpoint))) {}

  // The error, or an empty text.
  std::string Start(const std::string& id) {
    fn::StartWorkerRequest request;
    request.set_worker_id(id);
    request.mutable_control_endpoint()->set_url("localhost:1");
    request.mutable_logging_endpoint()->set_url("localhost:2");
    request.mutable_provision_endpoint()->set_url("localhost:4");
    (*request.mutable_params())["key"] = "value";
    fn::StartWorkerResponse response;
    grpc::ClientContext context;
    const grpc::Status status = stub_->StartWorker(&context, request, &response);
    return status.ok() ? response.error() : "the call failed: " + TextOf(status);
  }

  std::string Stop(const std::string& id) {
    fn::StopWorkerRequest request;
    request.set_worker_id(id);
    fn::StopWorkerResponse response;
    grpc::ClientContext context;
    const grpc::Status status = stub_->StopWorker(&context, request, &response);
    return status.ok() ? response.error() : "the call failed: " + TextOf(status);
  }

 private:
  std::unique_ptr<fn::BeamFnExternalWorkerPool::Stub> stub_;
};

std::atomic<int> running{0};
std::atomic<int> started{0};

class CountedWorker final : public Worker {
 public:
  explicit CountedWorker(bool ended = false) : ended_(ended) {
    ++running;
    ++started;
  }
  ~CountedWorker() override { --running; }
  bool Ended() const override { return ended_; }

 private:
  const bool ended_;
};

// Ends when it may.
class SlowWorker final : public Worker {
 public:
  SlowWorker(std::atomic<bool>& is_asked, std::latch& may_end) : is_asked_(is_asked), may_end_(may_end) {}
  ~SlowWorker() override {
    is_asked_ = true;
    may_end_.wait();
  }
  bool Ended() const override { return false; }

 private:
  std::atomic<bool>& is_asked_;
  std::latch& may_end_;
};

std::unique_ptr<Worker> StartCounted(const WorkerRequest&) { return std::make_unique<CountedWorker>(); }

class WorkerPoolTest : public testing::Test {
 protected:
  WorkerPoolTest() { running = started = 0; }
};

TEST_F(WorkerPoolTest, StartsWhatTheEngineAsksForAndStopsIt) {
  std::mutex mutex;
  WorkerRequest asked;
  const WorkerPool pool("127.0.0.1:0", [&](const WorkerRequest& request) {
    const std::lock_guard lock(mutex);
    asked = request;
    return StartCounted(request);
  });
  Engine engine(pool.endpoint());
  EXPECT_EQ(engine.Start("job-1[job]_env"), "");
  mutex.lock();
  const WorkerRequest seen = asked;
  mutex.unlock();
  EXPECT_EQ(seen.id, "job-1[job]_env");
  EXPECT_EQ(seen.control_endpoint, "localhost:1");
  EXPECT_EQ(seen.logging_endpoint, "localhost:2");
  EXPECT_EQ(seen.artifact_endpoint, "");
  EXPECT_EQ(seen.provision_endpoint, "localhost:4");
  EXPECT_EQ(seen.params.at("key"), "value");
  EXPECT_EQ(running, 1);
  EXPECT_EQ(engine.Start("job-1[job]_env"), "a worker called 'job-1[job]_env' runs already");
  EXPECT_EQ(engine.Stop("another"), "");
  EXPECT_EQ(running, 1);
  EXPECT_EQ(engine.Stop("job-1[job]_env"), "");
  EXPECT_EQ(running, 0);
  EXPECT_EQ(engine.Stop("job-1[job]_env"), "");
}

TEST_F(WorkerPoolTest, ManyRoundsFromSeveralEnginesAtOnce) {
  constexpr int kEngines = 4;
  constexpr int kRounds = 50;
  const WorkerPool pool("127.0.0.1:0", &StartCounted);
  std::vector<std::thread> engines;
  std::atomic<int> errors{0};
  for (int e = 0; e < kEngines; ++e) {
    engines.emplace_back([&, e] {
      Engine engine(pool.endpoint());
      for (int round = 0; round < kRounds; ++round) {
        const std::string id = std::to_string(e) + "-" + std::to_string(round);
        if (!engine.Start(id).empty() || !engine.Stop(id).empty()) ++errors;
      }
    });
  }
  for (std::thread& engine : engines) engine.join();
  EXPECT_EQ(errors, 0);
  EXPECT_EQ(started, kEngines * kRounds);
  EXPECT_EQ(running, 0);
}

TEST_F(WorkerPoolTest, AWorkerThatDoesNotEndHoldsUpNoOther) {
  std::atomic<bool> is_asked{false};
  std::latch may_end(1);
  const WorkerPool pool("127.0.0.1:0", [&](const WorkerRequest& request) -> std::unique_ptr<Worker> {
    if (request.id == "slow") return std::make_unique<SlowWorker>(is_asked, may_end);
    return StartCounted(request);
  });
  EXPECT_EQ(Engine(pool.endpoint()).Start("slow"), "");
  std::thread stop([&] { EXPECT_EQ(Engine(pool.endpoint()).Stop("slow"), ""); });
  while (!is_asked) std::this_thread::yield();
  Engine engine(pool.endpoint());
  for (const char* const id : {"quick", "as quick"}) {
    EXPECT_EQ(engine.Start(id), "");
    EXPECT_EQ(running, 1);
    EXPECT_EQ(engine.Stop(id), "");
    EXPECT_EQ(running, 0);
  }
  may_end.count_down();
  stop.join();
}

TEST_F(WorkerPoolTest, TellsTheEngineWhyAWorkerDoesNotStart) {
  std::atomic<bool> fails = true;
  const WorkerPool pool("127.0.0.1:0", [&](const WorkerRequest& request) -> std::unique_ptr<Worker> {
    if (fails) throw Error("the launcher is of another build");
    return StartCounted(request);
  });
  Engine engine(pool.endpoint());
  const LogSink former = SetLogSink([](const LogEntry&) {});
  EXPECT_EQ(engine.Start("1"), "the launcher is of another build");
  SetLogSink(former);
  fails = false;
  EXPECT_EQ(engine.Start("1"), "");
  EXPECT_EQ(running, 1);
}

TEST_F(WorkerPoolTest, StopsWhatStillRunsAtItsEnd) {
  {
    const WorkerPool pool("127.0.0.1:0", &StartCounted);
    Engine engine(pool.endpoint());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(engine.Start(std::to_string(i)), "");
    EXPECT_EQ(running, 3);
  }
  EXPECT_EQ(running, 0);
}

// An engine that is killed stops none of its workers; their streams break, and they end.
TEST_F(WorkerPoolTest, LetsGoOfWorkersThatEndedByThemselves) {
  const WorkerPool pool("127.0.0.1:0", [](const WorkerRequest&) { return std::make_unique<CountedWorker>(true); });
  Engine engine(pool.endpoint());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(engine.Start(std::to_string(i)), "");
    EXPECT_EQ(running, 1);
  }
  EXPECT_EQ(engine.Start("4"), "");
}

TEST_F(WorkerPoolTest, AnAddressThatCannotBeListenedOnIsNamed) {
  const WorkerPool pool("127.0.0.1:0", &StartCounted);
  for (const std::string& address : {pool.endpoint(), std::string("192.0.2.1:0"), std::string("nonsense")}) {
    try {
      const WorkerPool second(address, &StartCounted);
      FAIL() << address;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("cannot listen for engines on " + address + ": the port is taken"));
    }
  }
}

}  // namespace
}  // namespace beam
