#include "beam/harness/left_provisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "beam/base/error.h"

namespace beam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kVariables[] = {"PIPELINE_OPTIONS_FILE", "RUNNER_CAPABILITIES", "STATUS_ENDPOINT",
                                      "BEAM_PROVISION_INFO_FILE"};

class LeftProvisionsTest : public testing::Test {
 protected:
  LeftProvisionsTest() { Forget(); }
  ~LeftProvisionsTest() override { Forget(); }
  static void Forget() {
    for (const char* const name : kVariables) unsetenv(name);
  }

  static ProvisionInfo Info() {
    ProvisionInfo info;
    (*info.mutable_pipeline_options()->mutable_fields())["beam:option:max_memory:v1"].set_number_value(7);
    info.add_runner_capabilities("one");
    info.add_runner_capabilities("two");
    info.mutable_status_endpoint()->set_url("localhost:12");
    info.add_sibling_worker_ids("sdk-0-1");
    return info;
  }

  static std::string WhyNot() {
    try {
      FindLeftProvisions();
      return "they were found";
    } catch (const Error& error) {
      return error.what();
    }
  }
};

TEST_F(LeftProvisionsTest, WithoutAnyThereAreNone) { EXPECT_FALSE(FindLeftProvisions().has_value()); }

TEST_F(LeftProvisionsTest, ThisProgramFindsAll) {
  LeaveProvisions(Info());
  const auto left = FindLeftProvisions();
  ASSERT_TRUE(left.has_value());
  EXPECT_EQ(left->by, ToldBy::kThisProgram);
  EXPECT_EQ(left->info.SerializeAsString(), Info().SerializeAsString());
}

TEST_F(LeftProvisionsTest, OthersFindWhatBeamsGoSdkLeaves) {
  LeaveProvisions(Info());
  std::ostringstream options;
  options << std::ifstream(std::getenv("PIPELINE_OPTIONS_FILE")).rdbuf();
  EXPECT_EQ(options.str(), R"({"beam:option:max_memory:v1":7})");
  EXPECT_STREQ(std::getenv("RUNNER_CAPABILITIES"), "one two");
  EXPECT_STREQ(std::getenv("STATUS_ENDPOINT"), "localhost:12");

  unsetenv("BEAM_PROVISION_INFO_FILE");
  const auto left = FindLeftProvisions();
  ASSERT_TRUE(left.has_value());
  EXPECT_EQ(left->by, ToldBy::kAnotherBoot);
  EXPECT_EQ(left->info.pipeline_options().fields().at("beam:option:max_memory:v1").number_value(), 7);
  EXPECT_THAT(left->info.runner_capabilities(), ElementsAre("one", "two"));
  EXPECT_EQ(left->info.status_endpoint().url(), "localhost:12");
}

TEST_F(LeftProvisionsTest, WhatCannotBeReadIsNamed) {
  setenv("PIPELINE_OPTIONS_FILE", "/nowhere/options.json", 1);
  EXPECT_EQ(WhyNot(), "cannot read /nowhere/options.json, which PIPELINE_OPTIONS_FILE names");
  setenv("PIPELINE_OPTIONS_FILE", "/proc/self/comm", 1);
  EXPECT_THAT(WhyNot(), HasSubstr("/proc/self/comm, which PIPELINE_OPTIONS_FILE names, holds no options as JSON: "));
  setenv("BEAM_PROVISION_INFO_FILE", "/proc/self/comm", 1);
  EXPECT_EQ(WhyNot(), "/proc/self/comm, which BEAM_PROVISION_INFO_FILE names, holds no provisions");
}

}  // namespace
}  // namespace beam
