#include "beam/harness/staged_folder.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "beam/base/error.h"
#include "beam/io/test_files.h"

namespace beam {
namespace {

using testing::HasSubstr;
using testing_files::TestFolder;

constexpr std::chrono::hours kDay{24};

class StagedFolderTest : public testing::Test {
 protected:
  // A part with a file in it, used so long ago.
  void Part(const std::string& name, std::chrono::seconds age) const {
    folder_.File(name + "/program", "x");
    const timespec times[2] = {{std::time(nullptr) - age.count(), 0}, {std::time(nullptr) - age.count(), 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, (folder_ / name).c_str(), times, 0), 0);
  }
  bool IsThere(const std::string& name) const { return std::filesystem::exists(folder_ / name); }

  const TestFolder folder_;
};

TEST_F(StagedFolderTest, WhatNobodyUsesGoesInTime) {
  folder_.File("a file");
  Part("old", kDay * 2);
  Part("new", std::chrono::hours(1));
  Part("old, but used again", kDay * 2);
  HoldStagedPart(folder_.path(), "old, but used again");
  std::filesystem::create_directory_symlink("/usr", folder_ / "elsewhere");

  RemoveUnusedParts(folder_.path(), kDay);
  EXPECT_FALSE(IsThere("old"));
  EXPECT_TRUE(IsThere("new/program"));
  EXPECT_TRUE(IsThere("old, but used again/program"));

  RemoveUnusedParts(folder_.path(), std::chrono::seconds(0));
  EXPECT_FALSE(IsThere("new"));
  EXPECT_TRUE(IsThere("old, but used again/program"));
  EXPECT_TRUE(IsThere("a file"));
  EXPECT_TRUE(IsThere("elsewhere/bin"));
  RemoveUnusedParts(folder_ / "none", std::chrono::seconds(0));
}

TEST_F(StagedFolderTest, ItIsHeldByTheProgramThatTakesThePlaceOfTheProcess) {
  HoldStagedPart(folder_.path(), "part");
  int flags = FD_CLOEXEC;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    if (std::filesystem::read_symlink(entry.path(), error) == folder_ / "part") {
      flags = fcntl(std::stoi(entry.path().filename()), F_GETFD);
    }
  }
  EXPECT_EQ(flags & FD_CLOEXEC, 0);
}

TEST_F(StagedFolderTest, AFolderThatCannotBeMadeIsNamed) {
  folder_.File("part");
  for (const std::string& folder : {folder_.path(), folder_ / "none"}) {
    try {
      HoldStagedPart(folder, "part");
      FAIL() << folder;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("cannot make the folder " + folder + "/part: "));
    }
  }
}

// Whoever holds a part has it, however many remove what they can meanwhile.
TEST_F(StagedFolderTest, WhatIsHeldStaysWhileOthersRemove) {
  std::atomic<bool> is_over{false};
  std::vector<std::thread> removers;
  for (int i = 0; i < 2; ++i) {
    removers.emplace_back([&] {
      while (!is_over) RemoveUnusedParts(folder_.path(), std::chrono::seconds(0));
    });
  }
  for (int i = 0; i < 200; ++i) {
    // Made in advance, so that they are removed while they are taken.
    std::filesystem::create_directory(folder_ / std::to_string(i));
    const std::string part = HoldStagedPart(folder_.path(), std::to_string(i));
    std::ofstream(part + "/program") << i;
    EXPECT_TRUE(std::filesystem::exists(part + "/program")) << i;
  }
  is_over = true;
  for (std::thread& remover : removers) remover.join();
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(IsThere(std::to_string(i) + "/program")) << i;
}

}  // namespace
}  // namespace beam
