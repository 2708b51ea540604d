#include "beam/harness/worker_main.h"

#include <gtest/gtest.h>

namespace beam {
namespace {

TEST(WorkerMain, KnowsAnEnginesCommand) {
  struct Case {
    std::vector<std::string> arguments;
    bool is_worker;
  };
  for (const Case& c : std::vector<Case>{{{"--id=1-1", "--provision_endpoint=localhost:3"}, true},
                                         {{"--semi_persist_dir=/tmp", "--id=1", "--control_endpoint=a:1"}, true},
                                         {{"--id=1"}, false},
                                         {{"--provision_endpoint=localhost:3"}, false},
                                         {{"transcode", "--src_dir", "--id=1"}, false},
                                         {{}, false}}) {
    EXPECT_EQ(IsWorkerCommand(c.arguments), c.is_worker) << testing::PrintToString(c.arguments);
  }
}

TEST(WorkerMain, TakesTheQuotesOffTheId) {
  for (const auto& [argument, id] : {std::pair("--id='job-020[spike]_env'", "job-020[spike]_env"),
                                     {"--id=1-1", "1-1"},
                                     {"--id='", "'"},
                                     {"--id=it's", "it's"}}) {
    EXPECT_EQ(ParseWorkerFlags({argument}).id, id);
  }
  const WorkerFlags flags = ParseWorkerFlags({"--id=1", "--logging_endpoint=a:1", "--control_endpoint=b:2",
                                              "--provision_endpoint=c:3", "--artifact_endpoint=d:4", "--unknown"});
  EXPECT_EQ(flags.logging_endpoint, "a:1");
  EXPECT_EQ(flags.control_endpoint, "b:2");
  EXPECT_EQ(flags.provision_endpoint, "c:3");
}

TEST(WorkerMain, SaysWhatIsMissing) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(RunWorker({"--id=7"}), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "worker 7: the engine gives no address of its control service\n");
}

}  // namespace
}  // namespace beam
