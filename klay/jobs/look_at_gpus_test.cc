#include "klay/jobs/look_at_gpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace klay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What the kernel and the folders show; the driver's libraries are for a process of its own
// (tests/cli/gpu_check_test.cc).
class LookAtGpusTest : public testing::Test {
 protected:
  LookAtGpusTest() { std::filesystem::create_directories(folder_); }
  ~LookAtGpusTest() override { std::filesystem::remove_all(folder_); }

  void File(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(folder_ + name).parent_path());
    std::ofstream(folder_ + name) << text;
  }
  GpuPlaces Places() const {
    return {.driver = folder_ + "driver",
            .devices = folder_ + "dev",
            .libraries = {"libc.so.6", "libof_nobody.so.1"},
            .folders = {folder_ + "lib", folder_ + "none"}};
  }

  const std::string folder_ = testing::TempDir() + "look_at_gpus_test_" + std::to_string(getpid()) + "/";
};

TEST_F(LookAtGpusTest, WhatIsThere) {
  File("driver/version",
       "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n"
       "GCC version:  gcc version 12.2.0\n");
  File("driver/gpus/0000:00:04.0/information", "Model: \t\t NVIDIA L4\nIRQ:   \t\t 11\n");
  File("driver/gpus/0000:00:05.0/information", "IRQ:   \t\t 12\n");
  File("dev/nvidia0", "");
  File("dev/nvidiactl", "");
  File("dev/null", "");
  File("lib/libcuda.so.1", "");
  const GpuReport report = LookAtGpus(Places());
  EXPECT_EQ(report.kernel_driver, "550.54.15");
  EXPECT_THAT(report.kernel_gpus, ElementsAre("NVIDIA L4 at 0000:00:04.0", "unknown at 0000:00:05.0"));
  EXPECT_THAT(report.device_files, ElementsAre(folder_ + "dev/nvidia0", folder_ + "dev/nvidiactl"));
  ASSERT_EQ(report.libraries.size(), 2U);
  EXPECT_THAT(report.libraries[0].path, HasSubstr("/libc.so.6"));
  EXPECT_EQ(report.libraries[1].path, "");
  EXPECT_THAT(report.libraries[1].error, HasSubstr("libof_nobody.so.1: cannot open shared object file"));
  EXPECT_TRUE(report.folders.at(0).is_there);
  EXPECT_THAT(report.folders.at(0).entries, ElementsAre("libcuda.so.1"));
  EXPECT_FALSE(report.folders.at(1).is_there);
}

TEST_F(LookAtGpusTest, TheModuleForOpenDriversToo) {
  File("driver/version", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.10  Release Build\n");
  EXPECT_EQ(LookAtGpus(Places()).kernel_driver, "570.86.10");
}

TEST_F(LookAtGpusTest, NothingIsThere) {
  const GpuReport report = LookAtGpus(Places());
  EXPECT_EQ(report.kernel_driver, "");
  EXPECT_THAT(report.kernel_gpus, IsEmpty());
  EXPECT_THAT(report.device_files, IsEmpty());
  EXPECT_THAT(report.worker, HasSubstr("/" + std::to_string(getpid())));
}

}  // namespace
}  // namespace klay
