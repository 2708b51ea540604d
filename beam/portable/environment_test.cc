// Where workers come from, as engines are told.
#include "beam/portable/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "beam/base/error.h"
#include "beam/coder/dynamic_coder.h"

namespace environment_test {

using namespace beam;  // NOLINT(google-build-using-namespace)

namespace proto = org::apache::beam::model::pipeline::v1;

proto::ProcessPayload ProcessOf(const std::string& config) {
  const EnvironmentProto environment = ProcessEnvironment(config);
  EXPECT_EQ(environment.urn(), "beam:env:process:v1");
  proto::ProcessPayload payload;
  EXPECT_TRUE(payload.ParseFromString(environment.payload()));
  return payload;
}

TEST(Environment, ProcessIsAPathOrJson) {
  EXPECT_EQ(ProcessOf("/opt/a worker").command(), "/opt/a worker");
  const proto::ProcessPayload process =
      ProcessOf(R"({"os": "linux", "arch": "amd64", "command": "/opt/worker", "env": {"A": "1", "B": ""}})");
  EXPECT_EQ(process.os(), "linux");
  EXPECT_EQ(process.arch(), "amd64");
  EXPECT_EQ(process.command(), "/opt/worker");
  using Variables = std::map<std::string, std::string>;
  EXPECT_EQ(Variables(process.env().begin(), process.env().end()), (Variables{{"A", "1"}, {"B", ""}}));
  for (const char* const wrong :
       {"{", "{}", R"({"os": "linux"})", R"({"command": "a", "comand": "b"})", R"({"command": 1})"})
    EXPECT_THROW(ProcessEnvironment(wrong), UsageError) << wrong;
}

TEST(Environment, DockerNamesTheImage) {
  const EnvironmentProto environment = DockerEnvironment("host/worker:1");
  EXPECT_EQ(environment.urn(), "beam:env:docker:v1");
  proto::DockerPayload payload;
  EXPECT_TRUE(payload.ParseFromString(environment.payload()));
  EXPECT_EQ(payload.container_image(), "host/worker:1");
}

// Engines that start containers look into these.
TEST(Environment, AllSayWhatTheWorkerCanDoAndWhichSdkItIs) {
  for (const EnvironmentProto& environment : {DockerEnvironment("image"), ProcessEnvironment("worker"),
                                              ExternalEnvironment("localhost:1"), DefaultEnvironment()}) {
    EXPECT_THAT(environment.capabilities(), testing::Contains("beam:protocol:multi_core_bundle_processing:v1"));
    EXPECT_THAT(environment.capabilities(), testing::Contains(testing::StartsWith("beam:version:sdk_base:")));
  }
}

// Each is a promise that engines act by. Beside it, the test in beam/harness that holds the worker to it: what has none
// is not promised.
TEST(Environment, PromisesTheProtocolsThatTheWorkerSpeaks) {
  std::vector<std::string> promised;
  const EnvironmentProto environment = DefaultEnvironment();
  for (const std::string& capability : environment.capabilities()) {
    if (capability.starts_with("beam:protocol:")) promised.push_back(capability);
  }
  EXPECT_THAT(promised,
              testing::UnorderedElementsAre(
                  "beam:protocol:progress_reporting:v1",                  // MonitoringTest, of a bundle that runs
                  "beam:protocol:sdk_consuming_received_data:v1",         // likewise
                  "beam:protocol:control_request_elements_embedding:v1",  // TakesElementsThatComeWithTheRequest
                  "beam:protocol:multi_core_bundle_processing:v1",        // RunsBundlesAtTheSameTime
                  "beam:protocol:state_caching:v1",                       // SideInputsTest
                  "beam:protocol:worker_status:v1"));                     // MonitoringTest, DescribesItself
}

// Whatever coder an engine may use, elements in it can be read and written.
TEST(Environment, CodersThatArePromisedAreKnown) {
  const std::map<std::string, std::vector<CoderSpec>> parts{
      {"beam:coder:kv:v1", {{.urn = "beam:coder:varint:v1"}, {.urn = "beam:coder:bytes:v1"}}},
      {"beam:coder:iterable:v1", {{.urn = "beam:coder:varint:v1"}}},
      {"beam:coder:state_backed_iterable:v1", {{.urn = "beam:coder:varint:v1"}}},
      {"beam:coder:length_prefix:v1", {{.urn = "beam:coder:varint:v1"}}},
      {"beam:coder:windowed_value:v1", {{.urn = "beam:coder:varint:v1"}, {.urn = "beam:coder:global_window:v1"}}},
  };
  int coders = 0;
  const EnvironmentProto environment = DefaultEnvironment();
  for (const std::string& capability : environment.capabilities()) {
    if (!capability.starts_with("beam:coder:")) continue;
    const auto found = parts.find(capability);
    const CoderSpec spec{.urn = capability,
                         .components = found == parts.end() ? std::vector<CoderSpec>() : found->second};
    EXPECT_NO_THROW(DynamicCoder{spec}) << capability;
    ++coders;
  }
  EXPECT_GT(coders, 0);
}

}  // namespace environment_test
