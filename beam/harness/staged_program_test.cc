#include "beam/harness/staged_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "beam/base/error.h"
#include "beam/base/staged_files.h"
#include "beam/harness/test_artifacts.h"
#include "beam/portable/artifact.h"

namespace beam {
namespace {

using testing::HasSubstr;
using testing_portable::ArtifactServer;
using testing_portable::Contents;

class StagedProgramTest : public testing::Test {
 protected:
  StagedProgramTest() : folder_(testing::TempDir() + "staged_program_test_" + std::to_string(getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~StagedProgramTest() override {
    std::filesystem::remove_all(folder_);
    SetStagedFiles({});
  }

  StagingPlace Place() const { return {.endpoint = server_.endpoint, .worker_id = "worker-1", .folder = folder_}; }

  std::string WhyNot(const Artifacts& artifacts) const {
    try {
      FetchFiles(Place(), artifacts);
      return "they were fetched";
    } catch (const Error& error) {
      return error.what();
    }
  }

  const std::string folder_;
  ArtifactServer server_;
};

// The exit code of a process that becomes the program.
int CodeOf(const std::string& path, const std::vector<std::string>& arguments) {
  const pid_t child = fork();
  if (child == 0) {
    try {
      BecomeProgram(path, arguments);
    } catch (const Error&) {
      _exit(100);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(StagedProgramTest, StepsFindTheFilesOfTheirPipeline) {
  Artifacts artifacts;
  server_.Add("/there/model.onnx", "a model", "model.onnx", artifacts);
  server_.Add("/there/program", "a program", kStagedProgram, artifacts);
  FetchFiles(Place(), artifacts);
  EXPECT_EQ(Contents(StagedFile("model.onnx")), "a model");
  EXPECT_THAT(StagedFile("model.onnx"), testing::StartsWith(folder_ + "/staged/"));
  EXPECT_THROW(StagedFile(kStagedProgram), Error);
}

TEST_F(StagedProgramTest, PipelinesOnOneMachineDoNotMeet) {
  Artifacts one;
  Artifacts other;
  server_.Add("/one", "one", "model", one);
  server_.Add("/other", "other", "model", other);
  FetchFiles(Place(), one);
  const std::string path = StagedFile("model");
  FetchFiles(Place(), other);
  EXPECT_EQ(Contents(StagedFile("model")), "other");
  EXPECT_EQ(Contents(path), "one");
  FetchFiles(Place(), one);
  EXPECT_EQ(StagedFile("model"), path);
  EXPECT_EQ(server_.fetched, 2);
}

TEST_F(StagedProgramTest, OnlyAProgramOfAnotherBuildIsFetched) {
  Artifacts artifacts;
  EXPECT_EQ(FetchProgram(Place(), artifacts), "");
  *artifacts.Add() = FileArtifact("/proc/self/exe", kStagedProgram);
  EXPECT_EQ(FetchProgram(Place(), artifacts), "");
  artifacts.Clear();
  server_.Add("/there/program", "of another build", kStagedProgram, artifacts);
  EXPECT_EQ(Contents(FetchProgram(Place(), artifacts)), "of another build");
}

TEST_F(StagedProgramTest, AFolderThatOthersMayWriteToIsRefused) {
  Artifacts artifacts;
  server_.Add("/a", "a", "a", artifacts);
  std::filesystem::create_directory(folder_ + "/staged");
  chmod((folder_ + "/staged").c_str(), 0777);
  EXPECT_THAT(WhyNot(artifacts), HasSubstr("/staged could be written to by other users: "));
  std::filesystem::remove(folder_ + "/staged");
  std::filesystem::create_directory_symlink("/tmp", folder_ + "/staged");
  EXPECT_THAT(WhyNot(artifacts), HasSubstr("/staged could be written to by other users: "));
}

TEST_F(StagedProgramTest, BecomesTheProgramWithItsArguments) {
  std::filesystem::copy_file("/bin/sh", folder_ + "/program");
  EXPECT_EQ(CodeOf(folder_ + "/program", {"-c", "exit 7"}), 7);
  std::ofstream(folder_ + "/text") << "no program";
  EXPECT_EQ(CodeOf(folder_ + "/text", {}), 100);
  EXPECT_EQ(CodeOf(folder_ + "/none", {}), 100);
}

// A mount of its own takes root or, where the system lets users have one, a name space of their own.
TEST_F(StagedProgramTest, AFolderWithoutProgramsIsNoHindrance) {
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) _exit(50);
    mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    if (mount("tmpfs", folder_.c_str(), "tmpfs", MS_NOEXEC, nullptr) != 0) _exit(50);
    std::filesystem::copy_file("/bin/sh", folder_ + "/program");
    if (access((folder_ + "/program").c_str(), X_OK) == 0) _exit(51);
    _exit(CodeOf(folder_ + "/program", {"-c", "exit 7"}));
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 50) GTEST_SKIP() << "this machine does not let tests mount a file system";
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

}  // namespace
}  // namespace beam
