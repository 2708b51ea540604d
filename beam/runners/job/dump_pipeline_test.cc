// --dump_pipeline: what is in the file.
#include "beam/runners/job/dump_pipeline.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "beam/base/error.h"
#include "beam/io/file_systems.h"
#include "beam/io/memory_file_system.h"
#include "beam/portable/environment.h"
#include "beam/portable/pipeline_proto.h"
#include "beam/portable/validate.h"
#include "beam/runners/job/portable_runner.h"
#include "beam/runners/run.h"
#include "beam/transforms/create.h"
#include "beam/transforms/sum.h"

namespace dump_pipeline_test {

using namespace beam;  // NOLINT(google-build-using-namespace)

namespace proto = org::apache::beam::model::pipeline::v1;
using google::protobuf::util::MessageDifferencer;
using testing::StartsWith;

class DumpPipelineTest : public testing::Test {
 protected:
  DumpPipelineTest() { pipeline_ | Create("Numbers", {1, 2, 3}) | Sum("Sum"); }

  // Runs the pipeline, and gives what is then in the file.
  std::string DumpOf(const std::string& path) {
    PipelineOptions options;
    options.dump_pipeline = path;
    options.resource_hints = std::vector<std::string>{"cpu_count=2"};
    beam::Run(pipeline_, options)->WaitUntilFinish(std::chrono::milliseconds::max());
    return files_->Get(path).value();
  }

  Pipeline pipeline_;
  std::shared_ptr<MemoryFileSystem> files_ = std::make_shared<MemoryFileSystem>();
  ScopedFileSystem scoped_{"mem", files_};
};

TEST_F(DumpPipelineTest, IsTheProtoInEachFormat) {
  const proto::Pipeline expected = ToProto(*pipeline_.shared_graph(), DefaultEnvironment(), {.cpu_count = 2});
  CheckPipeline(expected);
  for (const char* const path : {"mem://a.pb", "mem://a.binpb"}) {
    proto::Pipeline dumped;
    ASSERT_TRUE(dumped.ParseFromString(DumpOf(path)));
    EXPECT_TRUE(MessageDifferencer::Equals(dumped, expected)) << path;
  }
  for (const char* const path : {"mem://a.txt", "mem://a.textproto", "mem://a.pbtxt"}) {
    proto::Pipeline dumped;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(DumpOf(path), &dumped));
    EXPECT_TRUE(MessageDifferencer::Equals(dumped, expected)) << path;
  }
  EXPECT_THAT(DumpOf("mem://a.dot"), StartsWith("digraph pipeline {\n"));
}

TEST_F(DumpPipelineTest, IsTheSameEachTime) {
  for (const char* const path : {"mem://a.pb", "mem://a.txt", "mem://a.dot"}) {
    const std::string first = DumpOf(path);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(DumpOf(path), first) << path;
  }
}

// Before anything is submitted: the engine here does not exist.
TEST_F(DumpPipelineTest, IsWhatAnEngineIsGiven) {
  PortableRunnerOptions options;
  options.job.endpoint = "127.0.0.1:1";
  options.job.connect_timeout = std::chrono::milliseconds(50);
  options.environment_type = "DOCKER";
  options.environment_config = "worker:1";
  options.sdk_location = "container";
  options.dump_pipeline = "mem://engine.pb";
  EXPECT_THROW(RunPortable(pipeline_, options), Error);
  proto::Pipeline dumped;
  ASSERT_TRUE(dumped.ParseFromString(files_->Get("mem://engine.pb").value()));
  EXPECT_TRUE(MessageDifferencer::Equals(dumped, ToProto(*pipeline_.shared_graph(), DockerEnvironment("worker:1"))));
  // There is one environment, by which engines start containers of that image.
  const auto& environments = dumped.components().environments();
  ASSERT_EQ(environments.size(), 1U);
  EXPECT_EQ(environments.begin()->second.urn(), "beam:env:docker:v1");
  proto::DockerPayload payload;
  ASSERT_TRUE(payload.ParseFromString(environments.begin()->second.payload()));
  EXPECT_EQ(payload.container_image(), "worker:1");
}

TEST_F(DumpPipelineTest, FailsTheRunWhereItCannotBeWritten) {
  EXPECT_THROW(DumpOf("nowhere://a.txt"), Error);
  EXPECT_THROW(DumpOf("mem://a.json"), UsageError);
}

}  // namespace dump_pipeline_test
