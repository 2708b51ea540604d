// Where workers come from, as engines are told.
#include "beam/portable/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "beam/base/error.h"

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

}  // namespace environment_test
