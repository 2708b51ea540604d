#include "beam/io/google/gcloud_config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "beam/io/test_files.h"

namespace beam {
namespace {

class GcloudConfigTest : public testing::Test {
 protected:
  GcloudConfigTest() {
    ClearEnvironment();
    setenv("CLOUDSDK_CONFIG", (folder_ / "gcloud").c_str(), 1);
  }
  ~GcloudConfigTest() override { ClearEnvironment(); }

  static void ClearEnvironment() {
    for (const char* const name :
         {"CLOUDSDK_CONFIG", "CLOUDSDK_ACTIVE_CONFIG_NAME", "CLOUDSDK_CORE_PROJECT", "CLOUDSDK_COMPUTE_REGION"}) {
      unsetenv(name);
    }
  }

  testing_files::TestFolder folder_;
};

TEST_F(GcloudConfigTest, NothingIsThere) { EXPECT_EQ(GcloudProperty("core/project"), ""); }

TEST_F(GcloudConfigTest, ReadsTheActiveConfiguration) {
  folder_.File("gcloud/configurations/config_default",
               "[core]\naccount = me@x\nproject = mine\n\n[compute]\n  region=europe-west4 \r\nzone = a\n");
  folder_.File("gcloud/configurations/config_work",
               "[compute]\nproject = of another section\n[core]\nproject = theirs\n");
  EXPECT_EQ(GcloudProperty("core/project"), "mine");
  EXPECT_EQ(GcloudProperty("compute/region"), "europe-west4");
  EXPECT_EQ(GcloudProperty("compute/account"), "");
  folder_.File("gcloud/active_config", "work\n");
  EXPECT_EQ(GcloudProperty("core/project"), "theirs");
  EXPECT_EQ(GcloudProperty("compute/region"), "");
  setenv("CLOUDSDK_ACTIVE_CONFIG_NAME", "default", 1);
  EXPECT_EQ(GcloudProperty("core/project"), "mine");
}

TEST_F(GcloudConfigTest, TheEnvironmentGoesFirst) {
  folder_.File("gcloud/configurations/config_default", "[core]\nproject = mine\n");
  setenv("CLOUDSDK_CORE_PROJECT", "other", 1);
  setenv("CLOUDSDK_COMPUTE_REGION", "us-east1", 1);
  EXPECT_EQ(GcloudProperty("core/project"), "other");
  EXPECT_EQ(GcloudProperty("compute/region"), "us-east1");
}

}  // namespace
}  // namespace beam
