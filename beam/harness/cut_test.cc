// Streams between a worker and its engine that are cut: by the engine, which ends the call, and on their way, by a
// connection that is closed or reset, or of which the other end has vanished and says nothing. What was under way fails
// by the name of the stream; the worker answers, and ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/harness/harness.h"
#include "beam/harness/log_stream.h"
#include "beam/harness/test_proxy.h"
#include "beam/harness/test_worker.h"

namespace harness_test {

using testing::HasSubstr;
using testing::StartsWith;
using Stream = TestEngine::Stream;

struct Cut {
  const char* name;
  void (*cut)(TestEngine& engine, Stream stream, TestProxy& way);
  Keepalive keepalive = {};
};

// gRPC asks once a second at most.
constexpr Keepalive kAttentive{.after = std::chrono::seconds(1), .patience = std::chrono::seconds(3)};

const Cut kCuts[] = {
    {"Cancelled", [](TestEngine& engine, Stream stream, TestProxy&) { engine.Cancel(stream); }},
    {"Closed", [](TestEngine&, Stream, TestProxy& way) { way.Close(); }},
    {"Reset", [](TestEngine&, Stream, TestProxy& way) { way.Reset(); }},
    {"Vanished", [](TestEngine&, Stream, TestProxy& way) { way.Swallow(); }, kAttentive},
};

class CutTest : public WorkerTest, public testing::WithParamInterface<Cut> {
 protected:
  CutTest() {
    for (const auto& [step, ends] : {std::pair("Double", &double_), {"Add All", &add_all_}}) {
      auto stage = StageOf(pipeline_, {step}, data_way_.endpoint());
      stage.set_id(step);
      stage.mutable_state_api_service_descriptor()->set_url(state_way_.endpoint());
      for (const auto& [id, transform] : stage.transforms()) {
        if (transform.spec().urn() == urn::kSource) ends->source = id;
        if (transform.spec().urn() == urn::kSink) ends->sink = id;
      }
      engine_.AddStage(std::move(stage));
    }
    harness_ = std::make_unique<Harness>(
        HarnessOptions{.id = "worker", .control = control_way_.endpoint(), .keepalive = GetParam().keepalive});
    thread_ = std::thread([this] {
      try {
        harness_->Run();
      } catch (const Error& error) {
        error_ = error.what();
      }
    });
  }
  ~CutTest() override {
    barrier.Open();
    harness_->Stop();
    if (thread_.joinable()) thread_.join();
  }

  void CutStream(Stream stream, TestProxy& way) { GetParam().cut(engine_, stream, way); }

  // Waits until the worker has ended by itself. Returns what it says of it.
  std::string End() {
    thread_.join();
    return error_;
  }

  struct Ends {
    std::string source;
    std::string sink;
  };
  TestProxy control_way_{engine_.endpoint()};
  TestProxy data_way_{engine_.endpoint()};
  TestProxy state_way_{engine_.endpoint()};
  TestProxy log_way_{engine_.endpoint()};
  Ends double_;
  Ends add_all_;
  std::unique_ptr<Harness> harness_;
  std::thread thread_;
  std::string error_;
};

TEST_P(CutTest, DataOnItsWayToTheWorker) {
  engine_.AskForBundle("whole", "Double");
  engine_.SendElements("whole", double_.source, Encoded({1}), true);
  EXPECT_EQ(engine_.Answer("whole").error(), "");
  engine_.AskForBundle("cut", "Double");
  engine_.SendElements("cut", double_.source, Encoded({1, 2}), false);
  CutStream(Stream::kData, data_way_);
  EXPECT_THAT(engine_.Answer("cut").error(),
              HasSubstr("the engine's elements ended before the bundle did: the data stream has ended"));
  EXPECT_THAT(End(), StartsWith("the worker cannot go on: the data stream has ended"));
}

// The bundle has all of its elements; what it makes of them must not seem to be whole.
TEST_P(CutTest, DataOnItsWayToTheEngine) {
  barrier.Close();
  engine_.AskForBundle("cut", "Double");
  engine_.SendElements("cut", double_.source, Encoded({1, 99}), true);
  while (waiting == 0) std::this_thread::yield();
  CutStream(Stream::kData, data_way_);
  // It has no elements, so that it is answered when the worker knows of the cut.
  engine_.AskForBundle("waiting for some", "Double");
  EXPECT_THAT(engine_.Answer("waiting for some").error(), HasSubstr("the data stream has ended"));
  barrier.Open();
  EXPECT_THAT(engine_.Answer("cut").error(), HasSubstr("its data stream has ended"));
  EXPECT_THAT(End(), StartsWith("the worker cannot go on: the data stream has ended"));
}

// Nobody is told of a stream that is cut between bundles before there is another one.
TEST_P(CutTest, DataBetweenBundles) {
  engine_.AskForBundle("whole", "Double");
  engine_.SendElements("whole", double_.source, Encoded({1}), true);
  EXPECT_EQ(engine_.Answer("whole").error(), "");
  CutStream(Stream::kData, data_way_);
  engine_.WaitForEnd(Stream::kData);
  engine_.AskForBundle("next", "Double");
  EXPECT_THAT(engine_.Answer("next").error(), HasSubstr("the data stream has ended"));
  EXPECT_THAT(End(), StartsWith("the worker cannot go on: the data stream has ended"));
}

TEST_P(CutTest, State) {
  engine_.HoldUpState();
  engine_.AskForBundle("cut", "Add All");
  engine_.SendElements("cut", add_all_.source, Encoded({1}), true);
  engine_.WaitForStateRequest();
  CutStream(Stream::kState, state_way_);
  const std::string error = engine_.Answer("cut").error();
  EXPECT_THAT(error, HasSubstr("Add All"));
  EXPECT_THAT(error, HasSubstr("the engine's state does not answer: the state stream has ended"));
  EXPECT_THAT(End(), StartsWith("the worker cannot go on: the state stream has ended"));
}

TEST_P(CutTest, Control) {
  engine_.AskForBundle("cut", "Double");
  engine_.SendElements("cut", double_.source, Encoded({1}), false);
  CutStream(Stream::kControl, control_way_);
  // An engine that ends the call itself has nothing to do any more.
  EXPECT_THAT(End(),
              std::string(GetParam().name) == "Cancelled"
                  ? testing::Matcher<std::string>(testing::Eq(""))
                  : StartsWith("the engine's control stream at " + control_way_.endpoint() + " has ended: "));
}

// Lines that were under way are lost, as nobody says which have come; those behind them are not.
TEST_P(CutTest, LogLinesGoByTheNextStream) {
  const LogStream log(log_way_.endpoint(), "worker", GetParam().keepalive);
  LogInfo("before");
  engine_.WaitForLogLines(1);
  CutStream(Stream::kLogging, log_way_);
  engine_.WaitForEnd(Stream::kLogging);
  while (engine_.log_entries().size() == 1) {
    LogInfo("behind");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(engine_.log_entries()[1].message(), "behind");
}

INSTANTIATE_TEST_SUITE_P(Ways, CutTest, testing::ValuesIn(kCuts),
                         [](const auto& test) { return std::string(test.param.name); });

// A worker that has had nothing to do for long has been asking all the while, and goes on.
TEST(KeepaliveTest, NoticesAnEngineThatVanishesAfterALongSilence) {
  TestEngine engine;
  TestProxy way(engine.endpoint());
  Harness harness({.id = "worker", .control = way.endpoint(), .keepalive = kAttentive});
  std::thread vanishing([&] {
    engine.WaitForWorkers(1);
    std::this_thread::sleep_for(5 * kAttentive.after);
    way.Swallow();
  });
  EXPECT_THAT([&] { harness.Run(); },
              testing::ThrowsMessage<Error>(StartsWith("the engine's control stream at " + way.endpoint())));
  vanishing.join();
}

// Without an engine, lines go to standard error.
TEST(LogStreamTest, WhatNobodyTakesIsPrinted) {
  std::string endpoint;
  {
    const TestEngine gone;
    endpoint = gone.endpoint();
  }
  testing::internal::CaptureStderr();
  {
    const LogStream log(endpoint, "worker");
    LogWarning("is there anybody");
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr(" WARN is there anybody\n"));
}

}  // namespace harness_test
