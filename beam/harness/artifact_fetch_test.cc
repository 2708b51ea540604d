#include "beam/harness/artifact_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "beam/base/error.h"
#include "beam/harness/test_artifacts.h"

namespace beam {
namespace {

namespace model = org::apache::beam::model::pipeline::v1;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing_portable::ArtifactServer;
using testing_portable::Contents;
using testing_portable::Trouble;

class ArtifactFetchTest : public testing::Test {
 protected:
  ArtifactFetchTest() : folder_(testing::TempDir() + "artifact_fetch_test_" + std::to_string(getpid()) + "/deeper") {}
  ~ArtifactFetchTest() override { std::filesystem::remove_all(std::filesystem::path(folder_).parent_path()); }

  void Add(const std::string& path, const std::string& contents, const std::string& staged_name) {
    server_.Add(path, contents, staged_name, artifacts_);
  }

  std::vector<std::string> Fetch() { return FetchArtifacts(server_.endpoint, "worker-1", artifacts_, folder_); }

  std::string WhyNot() {
    try {
      Fetch();
      return "it was fetched";
    } catch (const Error& error) {
      return error.what();
    }
  }

  std::size_t FilesThere() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  const std::string folder_;
  ArtifactServer server_;
  google::protobuf::RepeatedPtrField<model::ArtifactInformation> artifacts_;
};

TEST_F(ArtifactFetchTest, PutsFilesWhereTheyWereStagedTo) {
  EXPECT_THAT(Fetch(), ElementsAre());
  Add("a", std::string(12'345, 'a'), "program");
  Add("b", "", "empty");
  EXPECT_THAT(Fetch(), ElementsAre(folder_ + "/program", folder_ + "/empty"));
  EXPECT_EQ(Contents(folder_ + "/program"), std::string(12'345, 'a'));
  EXPECT_EQ(Contents(folder_ + "/empty"), "");
  EXPECT_EQ(FilesThere(), 2U);
}

TEST_F(ArtifactFetchTest, FetchesOnlyWhatIsNotThere) {
  Add("a", "text", "program");
  Fetch();
  Fetch();
  EXPECT_EQ(server_.fetched, 1);
  std::ofstream(folder_ + "/program") << "of another build";
  Fetch();
  EXPECT_EQ(server_.fetched, 2);
  EXPECT_EQ(Contents(folder_ + "/program"), "text");
}

TEST_F(ArtifactFetchTest, WhatDoesNotArriveWholeLeavesNothing) {
  Add("a", "text", "program");
  server_.Put("a", "test");
  EXPECT_THAT(WhyNot(), HasSubstr("sent for " + folder_ + "/program is damaged: its SHA-256 is "));
  EXPECT_EQ(FilesThere(), 0U);
}

TEST_F(ArtifactFetchTest, WhatTheEngineDoesNotHaveIsAskedForOnce) {
  Add("a", "text", "program");
  server_.Clear();
  EXPECT_EQ(WhyNot(), "cannot fetch " + folder_ + "/program from " + server_.endpoint + ": no such artifact");
  EXPECT_EQ(server_.fetched, 1);
  EXPECT_EQ(FilesThere(), 0U);
}

TEST_F(ArtifactFetchTest, WhatBreaksOffIsFetchedAgain) {
  const std::string contents(12'345, 'a');
  Add("a", contents, "program");
  server_.SetTroubles({Trouble::kRefused, Trouble::kCut, Trouble::kDamaged});
  Fetch();
  EXPECT_EQ(Contents(folder_ + "/program"), contents);
  EXPECT_EQ(server_.fetched, 4);
  EXPECT_EQ(FilesThere(), 1U);
}

TEST_F(ArtifactFetchTest, TwoFilesMayNotHaveOneName) {
  Add("a", "text", "program");
  Add("copy", "text", "program");
  EXPECT_THAT(Fetch(), ElementsAre(folder_ + "/program", folder_ + "/program"));
  Add("b", "other", "program");
  EXPECT_EQ(WhyNot(), "two files of the pipeline are to be called 'program'");
}

TEST_F(ArtifactFetchTest, NamesMayNotLeadOutOfTheFolder) {
  for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("../x"),
                                  std::string("/x"), std::string("a\0b", 3)}) {
    artifacts_.Clear();
    Add("a", "text", name);
    EXPECT_THAT(WhyNot(), StartsWith("an artifact is to be called '")) << name;
  }
  artifacts_[0].set_role_urn("beam:artifact:role:other:v1");
  EXPECT_EQ(WhyNot(), "an artifact has the role 'beam:artifact:role:other:v1', which this worker does not know");
}

}  // namespace
}  // namespace beam
